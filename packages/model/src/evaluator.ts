/** Predicts rows that were checked. */
export interface Evaluator {
  /** Where `predictRow` finds its row: raw values [features]. Look it up for each row: another evaluator has another. */
  readonly row: Float64Array;
  predictRow(): number;
  /**
   * @param rows raw values, row-major [n, features]
   * @param out the predictions [n], overwritten
   */
  predictRows(rows: Float64Array, out: Float64Array): void;
}

/** Makes an evaluator of a function over many rows. */
export function createByRows(nFeatures: number, predictRows: Evaluator['predictRows']): Evaluator {
  const row = new Float64Array(nFeatures);
  const out = new Float64Array(1);
  return {
    row,
    predictRow() {
      predictRows(row, out);
      return out[0];
    },
    predictRows,
  };
}
