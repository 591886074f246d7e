/** The numbers from `lowest` to `highest`, both included. */
export interface Interval {
  readonly lowest: number;
  readonly highest: number;
}

/**
 * Finds the raw values of a feature that scikit-learn accepts: those whose scaled value is finite as a float32.
 *
 * They form an interval because subtracting, dividing by a positive scale and rounding are all monotone.
 */
export function acceptedInterval(mean: number, scale: number): Interval {
  const accepts = (x: number) => Number.isFinite(Math.fround((x - mean) / scale));
  return {
    lowest: -largest((x) => accepts(-x), -mean),
    highest: largest(accepts, mean),
  };
}

/** Finds the largest finite double for which `holds` is true, given that it holds at `start` and, once false, stays false. */
function largest(holds: (x: number) => boolean, start: number): number {
  let low = toOrdinal(start);
  let high = toOrdinal(Number.MAX_VALUE) + 1n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (holds(fromOrdinal(middle))) low = middle;
    else high = middle;
  }
  return fromOrdinal(low);
}

const float64 = new Float64Array(1);
const bits = new BigInt64Array(float64.buffer);

// a double's place among all doubles: the bit patterns of the negative ones run backwards
function toOrdinal(x: number): bigint {
  float64[0] = x;
  return bits[0] < 0n ? -(bits[0] & 0x7fffffffffffffffn) : bits[0];
}

function fromOrdinal(ordinal: bigint): number {
  bits[0] = ordinal < 0n ? -ordinal | -0x8000000000000000n : ordinal;
  return float64[0];
}
