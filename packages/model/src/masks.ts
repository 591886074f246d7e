import { type Bins, createBins, distinctEdges, findBins, search } from './bins.js';
import type { Trees } from './trees.js';

/**
 * Trees of few leaves as prefix bit masks, after QuickScorer (Lucchese et al., SIGIR 2015).
 *
 * The leaves of a tree, from left to right, are the bits of a mask from the highest down. A node that sends a row right rules out
 * the leaves of its left subtree; the leaf that the row reaches is the highest bit that no node rules out. What the nodes of
 * one feature rule out together depends only on the bin of its value. So there is a row of masks, one for each tree, for each
 * bin of each feature, and all trees are walked at once by the AND of one such row a feature: no branch depends on the data,
 * where a walk mispredicts at every other node: 444 ns a row of the shipped model for 12,700.
 */
export interface Masks {
  readonly width: number; // bits of a mask: 8, 16 or 32
  readonly bins: Bins;
  readonly nWords: number; // of a row; the masks of 4, 2 or 1 trees in each, from the lowest bits up
  readonly rows: Int32Array; // [bins of all features + 2, words]; the last two: all ones, and room for partial results
  readonly leaves: Float64Array; // [words * trees a word, width], what each adds to the sum
}

/** How much of a cache the masks of a block may take. */
const BLOCK_BYTES = 512 * 1024;
/** How many trees a block has at most: the kernel tells by 16 bits where a leaf is, and eight leaves take 64 bytes. */
const MOST_TREES = 1024;

/**
 * Makes the masks of trees of at most 32 leaves, in blocks of successive trees.
 *
 * A mask row has a place for each tree, and there are as many rows as the trees have thresholds, so that the masks of all trees
 * together would outgrow every cache; the sum goes on from block to block.
 */
export function createMaskBlocks(trees: Trees, nFeatures: number, width: number): Masks[] {
  const below = numberLeaves(trees);
  const blocks: Masks[] = [];
  let start = 0;
  while (start < trees.length) {
    const end = endOfBlock(trees, start, width);
    blocks.push(createMasks(trees, below, start, end, nFeatures, width));
    start = end;
  }
  return blocks;
}

/** The first tree after `start` with which the masks from there on take too much. */
function endOfBlock(trees: Trees, start: number, width: number): number {
  const { firstNode, feature, threshold } = trees;
  // thresholds alone: that two features share one is rare, and costs a little room
  const edges = new Set<number>();
  for (let t = start; t < trees.length; t++) {
    for (let i = firstNode[t]; i < firstNode[t + 1]; i++) if (feature[i] >= 0) edges.add(threshold[i]);
    const nBytes = edges.size * (t - start + 1) * (width / 8);
    if (t > start && (t - start === MOST_TREES || nBytes > BLOCK_BYTES)) return t;
  }
  return trees.length;
}

/** The bits of masks that have one for each leaf of the largest tree; Infinity beyond 32. */
export function maskWidth({ firstNode }: Trees): number {
  const nNodes = firstNode.subarray(1).reduce((most, end, t) => Math.max(most, end - firstNode[t]), 1);
  return [8, 16, 32].find((width) => nNodes < 2 * width) ?? Number.POSITIVE_INFINITY;
}

function createMasks(
  { firstNode, childrenLeft, feature, threshold, value }: Trees,
  { first, size }: LeavesBelow,
  start: number, // of the trees of this block
  end: number,
  nFeatures: number,
  width: number,
): Masks {
  const perWord = 32 / width;
  // in whole vectors of 128 bits, for the kernel
  const nWords = 4 * Math.ceil((end - start) / perWord / 4);
  const from = firstNode[start];
  const to = firstNode[end];
  const edges = distinctEdges(feature.subarray(from, to), threshold.subarray(from, to), nFeatures);
  const bins = createBins(edges);
  const rows = new Int32Array((bins.edges.length + 2) * nWords).fill(-1);
  // adding -0 changes no sum, not even -0
  const leaves = new Float64Array(nWords * perWord * width).fill(-0);

  for (let t = 0; t < end - start; t++) {
    const shift = 32 - ((t % perWord) + 1) * width;
    for (let i = firstNode[start + t]; i < firstNode[start + t + 1]; i++) {
      if (childrenLeft[i] === -1) {
        leaves[t * width + first[i]] = value[i];
        continue;
      }
      const edge = bins.firstEdge[feature[i]] + search(edges[feature[i]], 0, edges[feature[i]].length, threshold[i]);
      const bit = shift + first[i];
      // in the bin above its edge
      rows[(edge + 1) * nWords + Math.floor(t / perWord)] &= ~((-1 >>> bit) ^ (-1 >>> (bit + size[childrenLeft[i]])));
    }
  }

  // each bin rules out what the one below it does too
  for (let k = 0; k < bins.edges.length; k++) {
    if (bins.edges[k] === Number.POSITIVE_INFINITY) continue;
    for (let w = k * nWords; w < (k + 1) * nWords; w++) rows[w + nWords] &= rows[w];
  }
  return { width, bins, nWords, rows, leaves };
}

/** The leaves below each node. */
interface LeavesBelow {
  readonly first: Int32Array; // [nodes], the number of the leftmost
  readonly size: Int32Array; // [nodes], how many there are
}

/** Numbers the leaves of each tree from left to right. */
function numberLeaves({ childrenLeft, childrenRight }: Trees): LeavesBelow {
  const first = new Int32Array(childrenLeft.length);
  const size = new Int32Array(childrenLeft.length);
  // children come after their parent
  for (let i = childrenLeft.length - 1; i >= 0; i--) {
    size[i] = childrenLeft[i] === -1 ? 1 : size[childrenLeft[i]] + size[childrenRight[i]];
  }
  for (let i = 0; i < childrenLeft.length; i++) {
    if (childrenLeft[i] === -1) continue;
    first[childrenLeft[i]] = first[i];
    first[childrenRight[i]] = first[i] + size[childrenLeft[i]];
  }
  return { first, size };
}

/** Makes the function that adds to a sum, tree by tree, the leaves that a row reaches. */
export function createMaskSum(masks: Masks) {
  const { width, bins, nWords, rows, leaves } = masks;
  const nBinned = bins.feature.length;
  const ones = bins.edges.length * nWords;
  const room = ones + nWords;
  // where the mask rows of the present row start: six in the first pass, then the partial result and five
  const starts = new Int32Array(6 + 5 * Math.max(0, Math.ceil((nBinned - 6) / 5))).fill(ones);
  const last = starts.length - 6;

  return function addLeaves(values: Float64Array, start: number, init: number): number {
    findBins(bins, values, start, starts, nWords);
    for (let first = 0; first < last; first += 5) {
      combine(masks, starts, first, room);
      starts[first + 5] = room;
    }
    // here and not in a function of its own: were that not inlined, the width would be looked at for each word, 300 ns a row
    const a = starts[last];
    const b = starts[last + 1];
    const c = starts[last + 2];
    const d = starts[last + 3];
    const e = starts[last + 4];
    const f = starts[last + 5];
    let sum = init;
    for (let w = 0, leaf = 0; w < nWords; w++, leaf += 32) {
      const left = rows[a + w] & rows[b + w] & rows[c + w] & rows[d + w] & rows[e + w] & rows[f + w];
      // the highest bit of each mask: a shift and a count, where isolating a lowest bit takes a tenth longer
      if (width === 8) sum += leaves[leaf + Math.clz32(left << 24)];
      if (width < 32) sum += leaves[leaf + 16 - width + Math.clz32(left << 16)];
      if (width === 8) sum += leaves[leaf + 16 + Math.clz32(left << 8)];
      sum += leaves[leaf + 32 - width + Math.clz32(left)];
    }
    return sum;
  };
}

// six mask rows a pass, in six variables, take two thirds of the time of an inner loop over the features
function combine({ nWords, rows }: Masks, starts: Int32Array, first: number, room: number): void {
  const [a, b, c, d, e, f] = starts.subarray(first, first + 6);
  for (let w = 0; w < nWords; w++) {
    rows[room + w] = rows[a + w] & rows[b + w] & rows[c + w] & rows[d + w] & rows[e + w] & rows[f + w];
  }
}
