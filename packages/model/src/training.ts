import { ModelFormatError } from './errors.js';
import * as read from './reader.js';

/** What a model was trained on. */
export interface Training {
  readonly nSamples: number;
  readonly features: readonly FeatureSummary[]; // [features]
  /** The rows kept back from training and the error on them, where known. */
  readonly heldOut: HeldOut | undefined;
}

/** The distribution of a feature in the training rows, in bins as `numpy.histogram` has them. */
export interface FeatureSummary {
  readonly minimum: number;
  readonly maximum: number;
  readonly binEdges: Float64Array; // [bins + 1], ascending
  readonly counts: Float64Array; // [bins], summing to the number of samples
}

export interface HeldOut {
  readonly nSamples: number;
  readonly meanSquaredError: number;
}

/** Reads the training block. */
export function parseTraining(value: unknown, nFeatures: number): Training {
  const { n_samples, features, held_out } = read.object(value, 'training', ['n_samples', 'features', 'held_out']);
  const nSamples = read.count(n_samples, 'training.n_samples');
  return {
    nSamples,
    features: read.each(
      features,
      'training.features',
      (summary, path) => parseSummary(summary, path, nSamples),
      nFeatures,
    ),
    heldOut: held_out === null ? undefined : parseHeldOut(held_out),
  };
}

function parseSummary(value: unknown, path: string, nSamples: number): FeatureSummary {
  const { minimum, maximum, bin_edges, counts } = read.object(value, path, [
    'minimum',
    'maximum',
    'bin_edges',
    'counts',
  ]);
  const summary = {
    minimum: read.number(minimum, `${path}.minimum`),
    maximum: read.number(maximum, `${path}.maximum`),
    binEdges: Float64Array.from(read.numbers(bin_edges, `${path}.bin_edges`)),
    counts: Float64Array.from(read.each(counts, `${path}.counts`, read.count)),
  };
  expectBins(summary, path, nSamples);
  return summary;
}

function expectBins({ binEdges, counts }: FeatureSummary, path: string, nSamples: number): void {
  if (binEdges.length !== counts.length + 1) {
    throw new ModelFormatError(
      'wrong_length',
      `${path}.bin_edges`,
      `expected ${counts.length + 1} elements, got ${binEdges.length}`,
    );
  }
  const falling = binEdges.findIndex((edge, i) => i > 0 && edge <= binEdges[i - 1]);
  if (falling !== -1) {
    throw new ModelFormatError(
      'out_of_range',
      `${path}.bin_edges[${falling}]`,
      `expected more than ${binEdges[falling - 1]}, got ${binEdges[falling]}`,
    );
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total !== nSamples) {
    throw new ModelFormatError('out_of_range', `${path}.counts`, `expected a sum of ${nSamples}, got ${total}`);
  }
}

function parseHeldOut(value: unknown): HeldOut {
  const path = 'training.held_out';
  const { n_samples, mean_squared_error } = read.object(value, path, ['n_samples', 'mean_squared_error']);
  return {
    nSamples: read.count(n_samples, `${path}.n_samples`),
    meanSquaredError: read.number(mean_squared_error, `${path}.mean_squared_error`),
  };
}
