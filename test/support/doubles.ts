const float64 = new Float64Array(1);
const bits = new BigInt64Array(float64.buffer);

/** The next double above `x`. */
export function nextUp(x: number): number {
  float64[0] = x === 0 ? 0 : x;
  bits[0] += bits[0] < 0n ? -1n : 1n;
  return float64[0];
}

/** The next double below `x`. */
export function nextDown(x: number): number {
  return -nextUp(-x);
}
