import { createBins, distinctEdges, findBins, search } from './bins.js';
import { createByRows, type Evaluator } from './evaluator.js';
import { createPlacer, instantiate } from './instance.js';
import type { Trees } from './trees.js';
import * as wasm from './wasm.js';
import { add, constant, f64, get, i32, set, step } from './wasm.js';

/** How many walks go side by side: one waits for its next node, and meanwhile the others step. */
const SIDE_BY_SIDE = 8;
/** How many steps are taken before it is asked whether all have come to a leaf. */
const STEPS = 2;
/** How many rows go through some trees before the next: those are fetched from a far cache once for all of them. */
const ROWS_A_CALL = 512;

/** The bin that no value has: at a leaf, so that a walk steps from it to itself. */
const NO_BIN = 65_535;
const NODE_BYTES = 8;

/**
 * Makes an evaluator for trees of any size, as a WebAssembly module.
 *
 * Nodes take eight bytes, since they compare bins instead of values, and the children of one stand side by side: a step is the
 * left child plus the outcome of the comparison. No branch depends on it, where a walk as in {@link walkTrees} mispredicts at
 * every other node, and a walk that has come to its leaf just stays there until the others of its group have.
 *
 * @returns undefined where the host has no leave to compile, or a feature has more edges than bins have numbers
 */
export function createWalkKernel(trees: Trees, init: number, nFeatures: number): Evaluator | undefined {
  const edges = distinctEdges(trees.feature, trees.threshold, nFeatures);
  if (2 * nFeatures > NO_BIN || edges.some(({ length }) => length >= NO_BIN)) return undefined;
  const layout = layOut(trees, nFeatures);
  const instance = instantiate([encode(layout)], layout.nBytes);
  if (instance === undefined) return undefined;

  const { buffer, run } = instance;
  fillNodes(buffer, layout, trees, (i) => {
    const ofFeature = edges[trees.feature[i]];
    return search(ofFeature, 0, ofFeature.length, trees.threshold[i]);
  });
  const grid = createBins(edges);
  const { feature, firstEdge } = grid;
  const found = new Int32Array(feature.length);
  const bins = new Uint16Array(buffer, layout.bins);
  const sums = new Float64Array(buffer, layout.sums, ROWS_A_CALL);

  return createByRows(nFeatures, (values, out) => {
    for (let done = 0; done < out.length; done += ROWS_A_CALL) {
      const n = Math.min(ROWS_A_CALL, out.length - done);
      for (let r = 0; r < n; r++) {
        findBins(grid, values, (done + r) * nFeatures, found, 1);
        for (let b = 0; b < feature.length; b++) bins[r * nFeatures + feature[b]] = found[b] - firstEdge[feature[b]];
      }
      sums.fill(init, 0, n);
      run(n);
      out.set(sums.subarray(0, n), done);
    }
  });
}

/** Where things are in the memory, in bytes. */
type Layout = ReturnType<typeof layOut>;

function layOut(trees: Trees, nFeatures: number) {
  const place = createPlacer();
  const nTrees = SIDE_BY_SIDE * Math.ceil(trees.length / SIDE_BY_SIDE);
  const nNodes = trees.value.length + 1;
  return {
    nTrees, // with some of a single leaf, which add nothing
    rowBytes: 2 * nFeatures,
    sums: place(8 * ROWS_A_CALL), // float64 [rows]
    bins: place(2 * ROWS_A_CALL * nFeatures), // uint16 [rows, features]
    roots: place(4 * nTrees), // int32 [trees], from `nodes` on
    nodes: place(NODE_BYTES * nNodes), // [nodes]: uint16 last bin that goes left, uint16 feature and int32 left child in bytes
    leaves: place(NODE_BYTES * nNodes), // float64 [nodes], what each adds to the sum
    nBytes: place(0),
  };
}

function fillNodes(
  buffer: ArrayBuffer,
  layout: Layout,
  { length, firstNode, childrenLeft, childrenRight, feature, value }: Trees,
  binOf: (i: number) => number,
): void {
  const roots = new Int32Array(buffer, layout.roots, layout.nTrees);
  const nodes = new Int32Array(buffer, layout.nodes);
  const leaves = new Float64Array(buffer, layout.leaves);
  const write = (at: number, bin: number, feature: number, left: number) => {
    nodes[2 * at] = bin | (feature << 17);
    nodes[2 * at + 1] = NODE_BYTES * left;
  };

  // adding -0 changes no sum, not even -0
  write(0, NO_BIN, 0, 0);
  leaves[0] = -0;
  const places = new Int32Array(value.length);
  let next = 1;
  for (let t = 0; t < length; t++) {
    roots[t] = NODE_BYTES * next;
    places[firstNode[t]] = next++;
    // children come after their parent
    for (let i = firstNode[t]; i < firstNode[t + 1]; i++) {
      if (childrenLeft[i] === -1) {
        write(places[i], NO_BIN, 0, places[i]);
        leaves[places[i]] = value[i];
        continue;
      }
      write(places[i], binOf(i), feature[i], next);
      places[childrenLeft[i]] = next++;
      places[childrenRight[i]] = next++;
    }
  }
}

/** Writes the function over n rows: several trees side by side, for all rows before the next trees. */
function encode(layout: Layout): wasm.FunctionCode {
  const locals: number[] = [];
  const local = (type: number) => locals.push(type); // 0 is the parameter
  const nRows = 0;
  const [row, sums, tree, total] = [local(i32), local(i32), local(i32), local(f64)];
  const walks = Array.from({ length: SIDE_BY_SIDE }, () => local(i32));

  const left = (node: number) => wasm.load32(get(node), layout.nodes + 4);
  const steps = walks.map((node) => {
    const feature = wasm.load16(get(node), layout.nodes + 2);
    const bin = wasm.load16(add(feature, get(row)), layout.bins);
    const goesRight = wasm.isBelow(wasm.load16(get(node), layout.nodes), bin);
    return set(node, add(left(node), wasm.shiftLeft(goesRight, constant(3))));
  });
  const areOnTheWay = walks.map((node) => wasm.isOther(left(node), get(node))).reduce(wasm.or);

  const predictRow = [
    walks.map((node, k) => set(node, wasm.load32(get(tree), layout.roots + 4 * k))),
    wasm.repeatWhile(
      Array.from({ length: STEPS }, () => steps),
      areOnTheWay,
    ),
    set(total, wasm.loadFloat(get(sums), layout.sums)),
    walks.map((node) => set(total, wasm.addFloat(get(total), wasm.loadFloat(get(node), layout.leaves)))),
    wasm.storeFloat(get(sums), layout.sums, get(total)),
    step(row, layout.rowBytes),
    step(sums, 8),
  ];
  const moreRows = wasm.isBelow(get(sums), wasm.shiftLeft(get(nRows), constant(3)));
  const predictRows = [
    set(row, constant(0)),
    set(sums, constant(0)),
    wasm.repeatWhile(predictRow, moreRows),
    step(tree, 4 * SIDE_BY_SIDE),
  ];
  const moreTrees = wasm.isBelow(get(tree), constant(4 * layout.nTrees));
  return { locals, body: wasm.repeatWhile(predictRows, moreTrees) };
}
