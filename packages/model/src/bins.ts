/** Finds in which bin a value lies: how many edges of its feature are below it. */
export interface Bins {
  readonly feature: Int32Array; // [binned features], where in a row its value is
  readonly edges: Float64Array; // [bins of all features], ascending in each feature, which Infinity ends
  readonly firstEdge: Int32Array; // [features], where in `edges` those of a feature start
  readonly low: Float64Array; // [binned features], the value at which the grid starts
  readonly inverse: Float64Array; // [binned features], cells for a unit of the value
  readonly firstCell: Int32Array; // [binned features], where in the grid its cells start
  readonly lastCell: Int32Array; // [binned features], counted from the first
  readonly grid: Int32Array; // [cells of all features], the first edge that is not certainly below a value of that cell
}

/**
 * Collects the thresholds of each feature, ascending.
 *
 * @param feature of each node, negative at a leaf
 * @param threshold of each node
 */
export function distinctEdges(feature: Int32Array, threshold: Float64Array, nFeatures: number): Float64Array[] {
  const edges = Array.from({ length: nFeatures }, () => new Set<number>());
  for (let i = 0; i < feature.length; i++) if (feature[i] >= 0) edges[feature[i]].add(threshold[i]);
  return edges.map((set) => Float64Array.from(set).sort());
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
    firstEdge: new Int32Array(edges.length),
    low: new Float64Array(feature.length),
    inverse: new Float64Array(feature.length),
    firstCell: new Int32Array(feature.length),
    lastCell: nCells.map((n) => n - 1),
    grid: new Int32Array(nCells.reduce((total, n) => total + n + 1, 0)),
  };
  let firstEdge = 0;
  let firstCell = 0;
  feature.forEach((f, b) => {
    bins.firstEdge[f] = firstEdge;
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
  inverse[b] = span > 0 && Number.isFinite(span) ? Math.min(lastCell[b] / span, Number.MAX_VALUE) : 0;
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
 * Finds the bins of a row: for each binned feature the place in `edges` of the first edge that is not below the value.
 *
 * A binary search costs a mispredicted branch a step; the grid leaves an edge or two to look at.
 *
 * @param values rows laid end to end
 * @param start where the row starts
 * @param found where to write the places, each times `times`
 */
export function findBins(bins: Bins, values: Float64Array, start: number, found: Int32Array, times: number) {
  const { feature, edges, low, inverse, firstCell, lastCell, grid } = bins;
  for (let b = 0; b < feature.length; b++) {
    const x = values[start + feature[b]];
    const cell = firstCell[b] + cellOf(x, low[b], inverse[b], lastCell[b]);
    let k = grid[cell];
    if (edges[k] < x) k++;
    if (edges[k] < x) k = search(edges, k + 1, grid[cell + 1], x);
    found[b] = k * times;
  }
}

/** Finds the first edge from `low` to `high` that is not below x. */
export function search(edges: Float64Array, low: number, high: number, x: number): number {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
