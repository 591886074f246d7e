import { LARGEST_FLOAT32, lastLeft } from './threshold.js';

/** The numbers from `lowest` to `highest`, both included. */
export interface Interval {
  readonly lowest: number;
  readonly highest: number;
}

/** Finds the raw values of a feature that scikit-learn accepts: those whose scaled value is finite as a float32. */
export function acceptedInterval(mean: number, scale: number): Interval {
  return {
    // -x is scaled by -mean as x is by mean, with the sign changed
    lowest: -lastLeft(LARGEST_FLOAT32, -mean, scale),
    highest: lastLeft(LARGEST_FLOAT32, mean, scale),
  };
}
