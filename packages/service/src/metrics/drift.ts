import type { Training } from '@housing/model';
import { stabilityIndex } from './stability-index.js';

/** How many rows of one request are looked at: all of many would take a fifteenth of the time that it takes itself. */
const MAX_ROWS_LOOKED_AT = 1000;

/** How many rows half a window has at least: of fewer, chance alone makes an index of some hundredths. */
const MIN_ROWS = 1000;

/** How long half a window lasts at least, in milliseconds. */
const MIN_DURATION = 30 * 60_000;

/** How long nothing may come until what has come is forgotten, in milliseconds: it tells nothing of the rows of today. */
const MAX_PAUSE = 24 * 60 * 60_000;

/** How the rows of requests differ from those that a model was trained on. Of a row nothing is kept but the bins of its values. */
export interface Drift {
  /** Looks at rows, row-major [n, features]; at one of each of 1,000 equal parts where there are more. */
  look(rows: Float64Array): void;
  /** How many rows have been looked at. */
  readonly nRows: number;
  /** How many of them were outside the training range, by each feature. */
  readonly nOutside: Float64Array; // [features]
  /**
   * The population stability index of each feature over the last half an hour to an hour, longer where that is fewer than 1,000
   * rows; none before there are so many, nor after a day without one. A day is told by when it is asked.
   *
   * @param now in milliseconds
   */
  stabilityIndices(now: number): number[] | undefined; // [features]
}

/** Rows by the bins of their values. */
interface Half {
  readonly counts: readonly Float64Array[]; // [features][bins]
  nRows: number;
  since: number; // in milliseconds
}

/** Looks for drift from a training block: its bins, the outer ones open, so that every value is in one. */
export function createDrift({ features }: Training, now: number): Drift {
  const nFeatures = features.length;
  const innerEdges = features.map(({ binEdges }) => binEdges.subarray(1, -1));
  const nOutside = new Float64Array(nFeatures);
  let nRows = 0;
  // two halves of a window, of which the older is dropped when the newer is full
  let older: Half | undefined;
  let newer = begin(now);
  // what was asked last after rows had come: to note when each comes would cost every request
  let asked = { nRows, at: now };

  function begin(since: number): Half {
    return { counts: features.map(({ counts }) => new Float64Array(counts.length)), nRows: 0, since };
  }

  function lookAt(rows: Float64Array, start: number): void {
    for (let f = 0; f < nFeatures; f++) {
      const x = rows[start + f];
      newer.counts[f][binOf(innerEdges[f], x)]++;
      if (x < features[f].minimum || x > features[f].maximum) nOutside[f]++;
    }
    newer.nRows++;
    nRows++;
  }

  return {
    look(rows) {
      const n = rows.length / nFeatures;
      const nLookedAt = Math.min(n, MAX_ROWS_LOOKED_AT);
      for (let k = 0; k < nLookedAt; k++) {
        // within each part at random: rows that take turns would otherwise be looked at in one turn alone
        const r = nLookedAt === n ? k : Math.floor(((k + Math.random()) * n) / nLookedAt);
        lookAt(rows, r * nFeatures);
      }
    },
    get nRows() {
      return nRows;
    },
    nOutside,
    stabilityIndices(now) {
      if (nRows > asked.nRows) asked = { nRows, at: now };
      else if (now - asked.at >= MAX_PAUSE) {
        older = undefined;
        newer = begin(now);
      }
      if (newer.nRows >= MIN_ROWS && now - newer.since >= MIN_DURATION) {
        older = newer;
        newer = begin(now);
      }
      if (newer.nRows + (older?.nRows ?? 0) < MIN_ROWS) return undefined;
      return features.map(({ counts }, f) => stabilityIndex(counts, add(newer.counts[f], older?.counts[f])));
    },
  };
}

/** The bin of a value between inner edges, ascending: a bin holds its lower edge. */
function binOf(edges: Float64Array, x: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x >= edges[middle]) low = middle + 1;
    else high = middle;
  }
  return low;
}

function add(a: Float64Array, b: Float64Array | undefined): Float64Array {
  return b === undefined ? a : a.map((count, i) => count + b[i]);
}
