import type { Evaluator } from './evaluator.js';
import { createPlacer, type Instance, instantiate } from './instance.js';
import type { Masks } from './masks.js';
import * as wasm from './wasm.js';
import { add, constant, f64, get, i32, set, step, v128 } from './wasm.js';

/** How many rows go through the loops side by side: one sum waits for its last addition, and meanwhile the others add. */
const SIDE_BY_SIDE = 6; // 4 and 8 take a tenth longer: too few to wait for, more than there are registers
/** How many rows are handed over in one call. */
const ROWS_A_CALL = 20 * SIDE_BY_SIDE;
/** How many vectors of masks are combined at a time, of the next row too where one ends in between. */
const VECTORS_AT_A_TIME = 5;
/** How many edges a cell of the grid may have: those after the first are looked at one by one. */
const EDGES_A_CELL = 16;

/**
 * Makes a kernel: the evaluator of {@link createMaskSum} over many rows, as a WebAssembly module with vectors of 128 bits.
 *
 * Its bytes are written here, so that the number of features, the lengths and the addresses are constants in its code, and no
 * other tool is needed. 16 masks of eight bits go into a vector; two table look-ups find the highest bits of all of them. A row
 * of the shipped model takes about 175 ns in a batch, where {@link createMaskSum} takes 444.
 *
 * @returns undefined where the host has no leave to compile, where no tree asks for a feature, and where edges crowd so much that
 *   the grid does not help
 */
export function createMaskKernel(blocks: readonly Masks[], init: number, nFeatures: number): Evaluator | undefined {
  if (!blocks.every(isFit)) return undefined;
  const layout = layOut(blocks, nFeatures);
  const instance = instantiate(
    blocks.map((masks, k) => encodeBlock(masks, { ...layout, ...layout.blocks[k] }, k)),
    layout.nBytes,
  );
  if (instance === undefined) return undefined;
  fill(instance.buffer, blocks, layout);
  return createRunner(instance, layout, init, nFeatures);
}

function fill(buffer: ArrayBuffer, blocks: readonly Masks[], layout: Layout): void {
  blocks.forEach((block, k) => {
    const place = layout.blocks[k];
    const { bins } = block;
    new Float64Array(buffer, place.cells).set([...bins.low, ...bins.inverse, ...bins.lastCell]);
    new Int32Array(buffer, place.grid).set(bins.grid.map((edge) => 8 * edge));
    new Float64Array(buffer, place.edges).set(bins.edges);
    new Float64Array(buffer, place.leaves).set(block.leaves);
    new Int32Array(buffer, place.masks).set(block.rows);
    new Uint16Array(buffer, place.firstLeaves).set(Array.from({ length: place.foundBytes / 2 }, (_, t) => 64 * t));
  });
}

function createRunner({ buffer, run }: Instance, layout: Layout, init: number, nFeatures: number): Evaluator {
  const input = new Float64Array(buffer, layout.input, ROWS_A_CALL * nFeatures);
  const sums = new Float64Array(buffer, layout.sums, ROWS_A_CALL);

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

/** Whether there is something to look up, in a grid that helps. */
function isFit({ bins: { feature, grid } }: Masks): boolean {
  return feature.length > 0 && !grid.some((edge, cell) => grid[cell + 1] - edge > EDGES_A_CELL);
}

/** Where things are in the memory of a kernel, in bytes. */
type Layout = ReturnType<typeof layOut>;

function layOut(blocks: readonly Masks[], nFeatures: number) {
  const place = createPlacer();
  return {
    input: place(ROWS_A_CALL * nFeatures * 8), // float64 [rows, features]
    inputBytes: 8 * nFeatures,
    sums: place(ROWS_A_CALL * 8), // float64 [rows]
    blocks: blocks.map(({ width, bins, nWords, rows, leaves }) => {
      const keptBytes = width === 8 ? 32 : 16; // of a vector
      const foundBytes = keptBytes * VECTORS_AT_A_TIME * Math.ceil(nWords / 4 / VECTORS_AT_A_TIME); // of a row
      return {
        keptBytes,
        foundBytes,
        cells: place(24 * bins.feature.length + 8), // float64 [3, features]: low, inverse, last cell
        found: place(SIDE_BY_SIDE * foundBytes), // [rows side by side, foundBytes]: the masks left over, or where their leaves are
        firstLeaves: place(foundBytes), // uint16 [trees], where in `leaves` theirs start
        grid: place(4 * bins.grid.length), // int32 [cells], from `edges` on
        edges: place(8 * bins.edges.length), // float64
        masks: place(rows.byteLength), // int32 [bins + 2, words]
        // the vectors that are read past the last mask row are of `leaves`: past the end of the memory they would trap
        leaves: place(leaves.byteLength), // float64 [words, 32]
      };
    }),
    nBytes: place(0),
  };
}

/** Eight times the place of the highest bit of a nibble, from the top: how far the leaf is from the first of its tree; 0 of 0. */
function leafOffset(nibble: number): number {
  return 8 * (Math.clz32(nibble) & 3);
}

/**
 * Writes the function of a block, which takes the number of rows in `input` and adds to `sums`.
 *
 * The sum of a row waits at each tree for the addition before. So six rows are summed side by side, which takes two passes: first,
 * row by row, the bins, the AND of their mask rows, and from that the addresses of the leaves, which are stored; then, tree by
 * tree, six loads of leaves and three additions of pairs. Loads are the limit of that pass, three a cycle, and so two addresses of
 * 16 bits are loaded at once, where masks have eight bits. A row alone does both together: its next masks are found while its
 * additions wait.
 *
 * One long function, as all of it speaks of the same locals.
 */
function encodeBlock(
  { width, bins, nWords }: Masks,
  layout: Layout & Layout['blocks'][number],
  index: number,
): wasm.FunctionCode {
  const { feature, firstCell } = bins;
  const { keptBytes, foundBytes, inputBytes } = layout;

  const types: number[] = [];
  // parameter 0 is the number of rows
  const locals = (type: number, n: number) => Array.from({ length: n }, () => types.push(type));
  const nRows = 0;
  const [input, sum, w, leaf, row, found] = locals(i32, 6);
  const [vector, nibble, inUpper, inLower] = locals(v128, 4);
  const [value, total] = locals(f64, 2);
  const maskRows = locals(i32, feature.length);
  const words = locals(i32, SIDE_BY_SIDE);
  const pairs = locals(v128, SIDE_BY_SIDE / 2);

  /** Sets `maskRows` to where the mask rows of the row are, as `findBins` does. */
  const findMaskRows = maskRows.map((maskRow, b) => {
    // of two features at a time; after the last comes something or other
    const parameter = (k: number) => wasm.loadVector(constant(0), layout.cells + 8 * (k * feature.length + b));
    const twin = feature[b + 1] ?? 0;
    const pair = wasm.joinPair(wasm.loadHalf(get(row), 8 * feature[b]), wasm.loadFloat(get(row), 8 * twin));
    const place = wasm.multiplyEach(wasm.subtractEach(pair, parameter(0)), parameter(1));
    const cell = wasm.toIntegers(
      wasm.lesserEach(
        wasm.greaterEach(
          place,
          wasm.bytes(() => 0),
        ),
        parameter(2),
      ),
    );
    const isBelow = wasm.isLess(wasm.loadFloat(get(maskRow), layout.edges), get(value));
    return [
      b % 2 === 0 ? set(vector, cell) : [],
      set(
        maskRow,
        wasm.load32(wasm.shiftLeft(wasm.lane(get(vector), b % 2), constant(2)), layout.grid + 4 * firstCell[b]),
      ),
      set(value, wasm.loadFloat(get(row), 8 * feature[b])),
      // mostly there is one edge or none, and no branch to mispredict
      set(maskRow, add(get(maskRow), wasm.shiftLeft(isBelow, constant(3)))),
      wasm.whileHolds(isBelow, step(maskRow, 8)),
      set(maskRow, wasm.multiply(get(maskRow), constant(nWords / 2))),
    ];
  });

  /** Combines the next n vectors of the mask rows, and keeps what is left: of the smallest trees where their leaves are. */
  const combine = (n: number) => [
    Array.from({ length: n }, (_, k) => {
      const masks = maskRows.map((maskRow) => wasm.loadVector(get(maskRow), layout.masks + 16 * k));
      return [set(vector, masks.reduce(wasm.and)), keep(k)];
    }),
    maskRows.map((maskRow) => step(maskRow, 16 * n)),
    [found, w].map((place) => step(place, keptBytes * n)),
  ];
  const upper = wasm.lookUp(get(inUpper), wasm.and(wasm.shiftRight16(get(vector), 4), get(nibble)));
  const lower = wasm.lookUp(get(inLower), get(vector)); // 0 from 16 on
  const keep = (k: number) =>
    width > 8
      ? wasm.storeVector(get(found), layout.found + 16 * k, get(vector))
      : [
          set(vector, wasm.orBits(upper, lower)),
          [wasm.extendLow, wasm.extendHigh].map((extend, half) => {
            const at = 32 * k + 16 * half;
            const address = wasm.add16(extend(get(vector)), wasm.loadVector(get(w), layout.firstLeaves + at));
            return wasm.storeVector(get(found), layout.found + at, address);
          }),
        ];

  const trees = width === 32 ? [0] : [0, 1]; // of a word
  /** Loads a word of what is kept for a row: the masks, or the addresses, of one or two trees. */
  const loadWord = (r: number, offset: number) =>
    set(words[r], wasm.load32(get(w), layout.found + foundBytes * r + offset));
  const leafOf = (r: number, t: number, load = wasm.loadFloat) => {
    const word = get(words[r]);
    const isFirst = t < trees.length - 1;
    if (width === 8) return load(isFirst ? wasm.lower16(word) : wasm.upper16(word), layout.leaves);
    const place = wasm.countLeadingZeros(isFirst ? wasm.shiftLeft(word, constant(16)) : word);
    return load(add(get(leaf), wasm.shiftLeft(place, constant(3))), layout.leaves + 128 * t);
  };
  const nextLeaf = width === 8 ? [] : step(leaf, 256);

  const firstRow = [set(row, get(input)), set(found, constant(0))];
  const start = [w, leaf].map((place) => set(place, constant(0)));
  const more = wasm.isBelow(get(w), constant((keptBytes * nWords) / 4));

  const sideBySide = [
    firstRow,
    wasm.repeatWhile(
      [findMaskRows, start, wasm.repeatWhile(combine(VECTORS_AT_A_TIME), more), step(row, inputBytes)],
      wasm.isBelow(get(found), constant(foundBytes * SIDE_BY_SIDE)),
    ),
    pairs.map((pair, p) => set(pair, wasm.loadVector(get(sum), 16 * p))),
    start,
    wasm.repeatWhile(
      [
        words.map((_, r) => loadWord(r, 0)),
        trees.map((t) =>
          pairs.map((pair, p) =>
            set(pair, wasm.addEach(get(pair), wasm.joinPair(leafOf(2 * p, t, wasm.loadHalf), leafOf(2 * p + 1, t)))),
          ),
        ),
        nextLeaf,
        step(w, 4),
      ],
      more,
    ),
    pairs.map((pair, p) => wasm.storeVector(get(sum), 16 * p, get(pair))),
  ];
  // the masks of the next trees while the leaves of these add up
  const alone = [
    firstRow,
    findMaskRows,
    set(total, wasm.loadFloat(get(sum), 0)),
    start,
    wasm.repeatWhile(
      [
        combine(1),
        Array.from({ length: keptBytes / 4 }, (_, k) => [
          loadWord(0, 4 * k - keptBytes),
          trees.map((t) => set(total, wasm.addFloat(get(total), leafOf(0, t)))),
          nextLeaf,
        ]),
      ],
      more,
    ),
    wasm.storeFloat(get(sum), 0, get(total)),
  ];
  // more than half as many will do: what else is in `input` is of rows before, or 0, and no one looks at its sums
  const rounds = (n: number, body: wasm.Code) => {
    const enough = wasm.isBelow(constant(n >> 1), get(nRows));
    const next = [step(input, n * inputBytes), step(sum, 8 * n), step(nRows, -n)];
    return wasm.whileHolds(enough, [body, next]);
  };
  const body = [
    // the blocks before
    index > 0 ? wasm.call(index - 1, get(nRows)) : [],
    set(
      nibble,
      wasm.bytes(() => 15),
    ),
    set(inUpper, wasm.bytes(leafOffset)),
    set(
      inLower,
      wasm.bytes((x) => 32 + leafOffset(x)),
    ),
    set(input, constant(layout.input)),
    set(sum, constant(layout.sums)),
    rounds(SIDE_BY_SIDE, sideBySide),
    rounds(1, alone),
  ];
  return { locals: types, body };
}
