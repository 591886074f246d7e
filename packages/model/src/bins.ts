/** Finds in which bin a value lies: how many edges of its feature are below it. */
export interface Bins {
  readonly feature: Int32Array; // [binned features], where in a row its value is
  readonly edges: Float64Array; // [bins of all features], ascending in each feature, which Infinity ends
  readonly low: Float64Array; // [binned features], the value at which the grid starts
  readonly inverse: Float64Array; // [binned features], cells for a unit of the value
  readonly firstCell: Int32Array; // [binned features], where in the grid its cells start
  readonly lastCell: Int32Array; // [binned features], counted from the first
  readonly grid: Int32Array; // [cells of all features], the first edge that is not certainly below a value of that cell
}

/**
 * Makes the bins of the features that have edges.
 *
 * @param edges distinct and ascending, of each feature
 */
export function createBins(edges: readonly Float64Array[]): Bins {
  const feature = Int32Array.from(edges.keys()).filter((f) => edges[f].length > 0);
  // four cells an edge leave most cells with none or one
  const nCells = feature.map((f) => Math.min(1024, Math.max(16, 2 ** Math.ceil(Math.log2(4 * edges[f].length)))));
  const bins = {
    feature,
    edges: new Float64Array(feature.reduce((total, f) => total + edges[f].length + 1, 0)).fill(
      Number.POSITIVE_INFINITY,
    ),
    low: new Float64Array(feature.length),
    inverse: new Float64Array(feature.length),
    firstCell: new Int32Array(feature.length),
    lastCell: nCells.map((n) => n - 1),
    grid: new Int32Array(nCells.reduce((total, n) => total + n + 1, 0)),
  };
  let firstEdge = 0;
  let firstCell = 0;
  feature.forEach((f, b) => {
    bins.edges.set(edges[f], firstEdge);
    bins.firstCell[b] = firstCell;
    layGrid(bins, b, edges[f], firstEdge);
    firstEdge += edges[f].length + 1;
    firstCell += nCells[b] + 1;
  });
  return bins;
}

function layGrid({ low, inverse, firstCell, lastCell, grid }: Bins, b: number, edges: Float64Array, firstEdge: number) {
  low[b] = Math.max(edges[0], -Number.MAX_VALUE);
  const span = edges[edges.length - 1] - low[b];
  inverse[b] = span > 0 && span < Number.POSITIVE_INFINITY ? Math.min(lastCell[b] / span, Number.MAX_VALUE) : 0;
  let k = 0;
  for (let cell = 0; cell <= lastCell[b] + 1; cell++) {
    while (k < edges.length && cellOf(edges[k], low[b], inverse[b], lastCell[b]) < cell) k++;
    grid[firstCell[b] + cell] = firstEdge + k;
  }
}

// monotone in x, so that an edge in a lower cell is certainly below x, and one in a higher cell is not
function cellOf(x: number, low: number, inverse: number, last: number): number {
  return Math.max(0, Math.min(last, (x - low) * inverse)) | 0;
}

/**
 * Finds the bin of a value: the place in `edges` of the first edge of its feature that is not below it.
 *
 * A binary search costs a mispredicted branch a step; the grid leaves an edge or two to look at.
 *
 * @param b the feature, counted among those that are binned
 */
export function findBin({ edges, low, inverse, firstCell, lastCell, grid }: Bins, b: number, x: number): number {
  const cell = firstCell[b] + cellOf(x, low[b], inverse[b], lastCell[b]);
  let k = grid[cell];
  // halved while edges crowd in the cell
  for (let n = grid[cell + 1] - k; n > 8; n -= n >> 1) if (edges[k + (n >> 1) - 1] < x) k += n >> 1;
  while (edges[k] < x) k++;
  return k;
}
