import type { Evaluator } from './evaluator.js';
import { createLayout, type Instance, instantiate } from './instance.js';
import type { Masks } from './masks.js';
import * as wasm from './wasm.js';
import { add, constant, f64, get, i32, set, v128 } from './wasm.js';

/** How many rows go through the loops side by side: one sum waits for its last addition, and meanwhile the others add. */
const SIDE_BY_SIDE = 3; // more need more registers than there are: 4 take 2 %, 6 take 20 % longer
/** How many rows are handed over in one call. */
const ROWS_A_CALL = 128;
/** How many edges a cell of the grid may have: those after the first are looked at one by one. */
const EDGES_A_CELL = 16;

/**
 * Makes a kernel: the evaluator of {@link createMaskSum} over many rows, as a WebAssembly module with vectors of 128 bits.
 *
 * Its bytes are written here, so that the number of features, the lengths and the addresses are constants in its code, and no
 * other tool is needed. 16 masks go into a vector; a table look-up finds the highest bit of all of them at once.
 *
 * @returns undefined where the host has no leave to compile, and where edges crowd so much that the grid does not help
 */
export function createMaskKernel(blocks: readonly Masks[], init: number, nFeatures: number): Evaluator | undefined {
  if (blocks.some((masks) => mostEdges(masks) > EDGES_A_CELL)) return undefined;
  const layout = layOut(blocks, nFeatures);
  const instance = instantiate(
    blocks.map((masks, k) => encodeBlock(masks, { ...layout, ...layout.blocks[k] })),
    layout.nBytes,
  );
  if (instance === undefined) return undefined;
  fill(instance.memory.buffer, blocks, layout);
  return createRunner(instance, layout, init, nFeatures);
}

function fill(buffer: ArrayBuffer, blocks: readonly Masks[], layout: Layout): void {
  new Uint8Array(buffer, layout.tables).set(tables());
  blocks.forEach((block, k) => {
    const place = layout.blocks[k];
    new Float64Array(buffer, place.cells).set(cellParameters(block));
    new Int32Array(buffer, place.grid).set(block.bins.grid.map((edge) => 8 * edge));
    new Float64Array(buffer, place.edges).set(block.bins.edges);
    new Float64Array(buffer, place.leaves).set(block.leaves);
    new Int32Array(buffer, place.masks).set(block.rows);
  });
}

function createRunner(instance: Instance, layout: Layout, init: number, nFeatures: number): Evaluator {
  const { buffer } = instance.memory;
  const input = new Float64Array(buffer, layout.input, ROWS_A_CALL * nFeatures);
  const sums = new Float64Array(buffer, layout.sums, ROWS_A_CALL);
  const runs = layout.blocks.map((_, k) => instance[k]);
  const run =
    runs.length === 1
      ? runs[0]
      : (n: number) => {
          for (const run of runs) run(n);
        };

  return {
    row: input.subarray(0, nFeatures),
    predictRow() {
      sums[0] = init;
      run(1);
      return sums[0];
    },
    predictRows(values, out) {
      for (let done = 0; done < out.length; done += ROWS_A_CALL) {
        const n = Math.min(ROWS_A_CALL, out.length - done);
        input.set(values.subarray(done * nFeatures, (done + n) * nFeatures));
        sums.fill(init);
        run(n);
        out.set(sums.subarray(0, n), done);
      }
    },
  };
}

function mostEdges({ bins: { firstCell, lastCell, grid } }: Masks): number {
  let most = 0;
  for (let b = 0; b < firstCell.length; b++) {
    for (let cell = firstCell[b]; cell <= firstCell[b] + lastCell[b]; cell++)
      most = Math.max(most, grid[cell + 1] - grid[cell]);
  }
  return most;
}

/** Where things are in the memory of a kernel, in bytes. */
type Layout = ReturnType<typeof layOut>;

function layOut(blocks: readonly Masks[], nFeatures: number) {
  const memory = createLayout();
  return {
    tables: memory.place(48),
    input: memory.place(ROWS_A_CALL * nFeatures * 8), // float64 [rows, features]
    inputBytes: 8 * nFeatures,
    sums: memory.place(ROWS_A_CALL * 8), // float64 [rows]
    blocks: blocks.map(({ bins, nWords, rows, leaves }) => ({
      rowBytes: 4 * nWords, // of masks
      cells: memory.place(48 * Math.ceil(bins.feature.length / 2)), // float64 [pairs of features, 3, 2]: low, inverse, last cell
      found: memory.place(SIDE_BY_SIDE * 4 * nWords), // [rows side by side, rowBytes]: the masks left over, or where their leaves are
      grid: memory.place(4 * bins.grid.length), // int32 [cells], from `edges` on
      edges: memory.place(8 * bins.edges.length), // float64
      leaves: memory.place(leaves.byteLength), // float64 [words, 32]
      masks: memory.place(rows.byteLength), // int32 [bins + 2, words]
    })),
    nBytes: memory.nBytes,
  };
}

/** The vectors that the code looks things up in. */
function tables(): number[] {
  const nibbles = Array.from({ length: 16 }, (_, x) => x);
  // eight times the place of the highest bit of a nibble, from the top: how far the leaf is from the first of its tree
  const offset = (x: number) => 8 * (Math.clz32(x) - 28);
  return [
    ...nibbles.map(() => 15),
    ...nibbles.map((x) => (x === 0 ? 255 : offset(x))),
    ...nibbles.map((x) => (x === 0 ? 255 : 32 + offset(x))),
  ];
}

/** What finds the cells of two features at a time. */
function cellParameters({ bins: { low, inverse, lastCell } }: Masks): number[] {
  const parameters = [];
  for (let b = 0; b < low.length; b += 2) {
    const twin = Math.min(b + 1, low.length - 1);
    parameters.push(low[b], low[twin], inverse[b], inverse[twin], lastCell[b], lastCell[twin]);
  }
  return parameters;
}

/** Writes the function of a block, which takes the number of rows in `input` and adds to `sums`. */
function encodeBlock({ width, bins }: Masks, layout: Layout & Layout['blocks'][number]): wasm.FunctionCode {
  const { feature, firstCell } = bins;
  const { rowBytes, inputBytes } = layout;

  const types: number[] = [];
  const local = (type: number) => types.push(type); // parameter 0 is the number of rows
  const locals = (type: number, n: number) => Array.from({ length: n }, () => local(type));
  const nRows = 0;
  const [input, sum, w, leaf, row, found] = locals(i32, 6);
  const [vector, nibble, inUpper, inLower] = locals(v128, 4);
  const value = local(f64);
  const totals = locals(f64, SIDE_BY_SIDE);
  const maskRows = locals(i32, feature.length);

  /** Sets `maskRows` to where the mask rows of the row are, as `findBins` does. */
  const findMaskRows = maskRows.map((maskRow, b) => {
    const cells = layout.cells + 24 * b;
    const twin = feature[Math.min(b + 1, feature.length - 1)];
    const parameter = (k: number) => wasm.loadVector(constant(cells), 16 * k);
    const pair = wasm.loadPair(get(row), 8 * feature[b], 8 * twin);
    const place = wasm.multiplyEach(wasm.subtractEach(pair, parameter(0)), parameter(1));
    const cell = wasm.toIntegers(wasm.lesserEach(wasm.greaterEach(place, wasm.zeros), parameter(2)));
    const isBelow = wasm.isLess(wasm.loadFloat(get(maskRow), layout.edges), get(value));
    const nextEdge = set(maskRow, add(get(maskRow), constant(8)));
    return [
      b % 2 === 0 ? set(vector, cell) : [],
      set(
        maskRow,
        wasm.load32(wasm.shiftLeft(wasm.lane(get(vector), b % 2), constant(2)), layout.grid + 4 * firstCell[b]),
      ),
      set(value, wasm.loadFloat(get(row), 8 * feature[b])),
      // mostly there is one edge or none, and no branch to mispredict
      set(maskRow, add(get(maskRow), wasm.shiftLeft(isBelow, constant(3)))),
      wasm.when(isBelow, wasm.repeatWhile(nextEdge, isBelow)),
      set(maskRow, wasm.multiply(get(maskRow), constant(rowBytes / 8))),
    ];
  });

  /** Combines the mask rows at w. */
  const masks = maskRows.map((maskRow) => wasm.loadVector(add(get(maskRow), get(w)), layout.masks));
  const upper = wasm.lookUp(get(inUpper), wasm.and(wasm.shiftRight16(get(vector), 4), get(nibble)));
  const lower = wasm.lookUp(get(inLower), wasm.and(get(vector), get(nibble)));
  const combine = [
    set(vector, masks.length === 0 ? wasm.ones : masks.reduce(wasm.and)),
    wasm.storeVector(add(get(found), get(w)), 0, width === 8 ? wasm.lesserBytes(upper, lower) : get(vector)),
  ];

  /** Adds the leaves of the trees of a word, for the first n rows. */
  const addWord = (word: number, n: number) =>
    Array.from({ length: 32 / width }, (_, t) =>
      totals.slice(0, n).map((total, r) => {
        const offset = leafOffset(width, get(w), layout.found + r * rowBytes + 4 * word, t);
        return set(
          total,
          wasm.addFloat(get(total), wasm.loadFloat(add(get(leaf), offset), 256 * word + 8 * width * t)),
        );
      }),
    );

  const start = [set(w, constant(0)), set(leaf, constant(layout.leaves))];
  const step = (nWords: number) => [
    set(w, add(get(w), constant(4 * nWords))),
    set(leaf, add(get(leaf), constant(256 * nWords))),
  ];
  const more = wasm.isBelow(get(w), constant(rowBytes));
  const loadTotals = (n: number) => totals.slice(0, n).map((total, r) => set(total, wasm.loadFloat(get(sum), 8 * r)));
  const storeTotals = (n: number) => totals.slice(0, n).map((total, r) => wasm.storeFloat(get(sum), 8 * r, get(total)));
  const firstRow = [set(row, get(input)), set(found, constant(layout.found))];
  const nextRow = [set(row, add(get(row), constant(inputBytes))), set(found, add(get(found), constant(rowBytes)))];
  const moreRows = wasm.isBelow(get(found), constant(layout.found + SIDE_BY_SIDE * rowBytes));

  // first all masks, then all sums: a word of each row is as many loads as there are registers
  const sideBySide = [
    firstRow,
    wasm.repeatWhile([findMaskRows, start, wasm.repeatWhile([combine, step(4)], more), nextRow], moreRows),
    loadTotals(SIDE_BY_SIDE),
    start,
    wasm.repeatWhile([addWord(0, SIDE_BY_SIDE), step(1)], more),
    storeTotals(SIDE_BY_SIDE),
  ];
  // the masks of the next trees while the leaves of these add up
  const alone = [
    firstRow,
    findMaskRows,
    loadTotals(1),
    start,
    wasm.repeatWhile([combine, [0, 1, 2, 3].map((word) => addWord(word, 1)), step(4)], more),
    storeTotals(1),
  ];
  const rounds = (n: number, body: wasm.Code) => {
    const enough = wasm.isAtMost(constant(n), get(nRows));
    const next = [
      set(input, add(get(input), constant(n * inputBytes))),
      set(sum, add(get(sum), constant(8 * n))),
      set(nRows, add(get(nRows), constant(-n))),
    ];
    return wasm.when(enough, wasm.repeatWhile([body, next], enough));
  };
  const body = [
    [nibble, inUpper, inLower].map((table, k) => set(table, wasm.loadVector(constant(layout.tables), 16 * k))),
    set(input, constant(layout.input)),
    set(sum, constant(layout.sums)),
    rounds(SIDE_BY_SIDE, sideBySide),
    rounds(1, alone),
  ];
  return { locals: types, body };
}

/** How far the leaf of tree t of a word is from the first leaf of that tree, in bytes. */
function leafOffset(width: number, w: wasm.Code, found: number, t: number): wasm.Code {
  // the first tree of a word has its highest bits, which come last in a little-endian memory
  if (width === 8) return wasm.load8(w, found + 3 - t);
  const place =
    width === 16
      ? add(wasm.countLeadingZeros(wasm.load16(w, found + 2 - 2 * t)), constant(-16))
      : wasm.countLeadingZeros(wasm.load32(w, found));
  return wasm.shiftLeft(place, constant(3));
}
