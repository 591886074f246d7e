import { InputError, show } from './errors.js';
import type { Model } from './format.js';
import type { Interval } from './interval.js';
import { scaleByRequest } from './request-scaler.js';
import { createRowReader } from './rows.js';
import { scaleByTraining } from './scaler.js';
import { chooseEvaluator } from './stages.js';

/** Predicts as the scikit-learn regressor does that the model was exported from, to the last bit. */
export interface Predictor {
  /** The features in the order of a row. */
  readonly featureNames: readonly string[];
  /** The raw values that each feature may take, in the same order: those that scikit-learn accepts. */
  readonly accepted: readonly Interval[];

  /**
   * Predicts one row.
   *
   * @param row raw values in the order of `featureNames`
   * @throws {@link InputError} at the first value that is not a number in the accepted interval
   */
  predict(row: ArrayLike<number>): number;

  /**
   * Predicts one row given by feature name; the order of the names does not matter.
   *
   * @throws {@link InputError} as `predict` does, and for a missing or an unknown feature
   */
  predictNamed(record: Readonly<Record<string, number>>): number;

  /**
   * Predicts many rows.
   *
   * @param rows raw values, row-major [n, features], n >= 0; never changed
   * @param out where to write the n predictions; a new array by default
   * @returns `out`
   * @throws {@link InputError} as `predict` does, before anything is written
   */
  predictBatch(rows: Float64Array, out?: Float64Array): Float64Array;

  /**
   * Scales rows as the model's scaler does and narrows them to float32: what the trees compare with their thresholds.
   *
   * @param rows raw values, row-major [n, features]
   * @throws {@link InputError} as `predictBatch` does
   */
  transform(rows: Float64Array): Float32Array;
}

export interface PredictorOptions {
  /**
   * How many rows it will predict; 0 by default. What pays only for many rows, up to a WebAssembly kernel for 10,000 of 400 trees,
   * is otherwise made when as many have come, within the call that they come with. With Infinity it all is made at once.
   */
  readonly expectedRows?: number;
}

/**
 * Makes the predictor of a model.
 *
 * @throws {@link InputError} where `expectedRows` is not a number from 0
 */
export function createPredictor(model: Model, { expectedRows = 0 }: PredictorOptions = {}): Predictor {
  if (typeof expectedRows !== 'number' || !(expectedRows >= 0)) {
    throw new InputError('wrong_type', `expected a number from 0, got ${show(expectedRows)}`, 'expectedRows');
  }
  const { featureNames } = model;
  const scaling = model.scaler === 'request' ? scaleByRequest(featureNames) : scaleByTraining(model.scaler);
  const choice = chooseEvaluator(model, scaling, expectedRows);
  const rowReader = createRowReader(featureNames, scaling.accepted);
  let turns = 0; // to notice a row whose getters predict: part of another row is then in the place of its own

  function predict(values: ArrayLike<number>): number {
    const turn = ++turns;
    rowReader.readRow(values, choice.evaluator.row);
    if (turn !== turns) return predict(Array.from(values));
    const prediction = choice.evaluator.predictRow();
    choice.count(1);
    return prediction;
  }

  return {
    // copies that stay as they are: an instance is shared by all who import it
    featureNames: Object.freeze([...featureNames]),
    accepted: Object.freeze(scaling.accepted.map((interval) => Object.freeze({ ...interval }))),
    predict,
    predictNamed: (record) => predict(rowReader.orderRecord(record)),

    predictBatch(rows, out) {
      const predictions = rowReader.checkBatch(rows, out);
      turns++;
      choice.count(predictions.length);
      choice.evaluator.predictRows(rows, predictions);
      return predictions;
    },

    transform(rows) {
      rowReader.checkBatch(rows);
      const samples = new Float32Array(rows.length);
      scaling.transform(rows, samples);
      return samples;
    },
  };
}
