export const LARGEST_FLOAT32 = 2 ** 128 - 2 ** 104;

/**
 * Finds the largest raw value that goes left at a threshold, or -Infinity where none does.
 *
 * Subtracting, dividing by a positive scale and rounding are monotone, so `float32((x - mean) / scale) <= threshold` is
 * `x <= lastLeft` for every raw x. No formula undoes three roundings, so an estimate is corrected by bisection over the doubles
 * around it: about ten trials, where bisection over all doubles takes 64.
 */
export function lastLeft(threshold: number, mean: number, scale: number): number {
  const goesLeft = (x: number) => Math.fround((x - mean) / scale) <= threshold;
  const product = halfwayAbove(threshold) * scale;
  const estimate = clamp(product + mean);
  // what the three roundings can amount to, near enough
  const step = Math.max((Math.abs(product) + Math.abs(mean)) * 2 ** -52, Number.MIN_VALUE);

  let low = estimate;
  for (let reach = step; !goesLeft(low); reach *= 8) {
    if (low === -Number.MAX_VALUE) return Number.NEGATIVE_INFINITY;
    low = clamp(estimate - reach);
  }
  let high = estimate;
  for (let reach = step; goesLeft(high); reach *= 8) {
    if (high === Number.MAX_VALUE) return high;
    high = clamp(estimate + reach);
  }
  while (true) {
    // rounded once, and so strictly between the two while there is a double between them
    const middle = Math.abs(high) > 1 ? low / 2 + high / 2 : (low + high) / 2;
    if (middle === low || middle === high) return low;
    if (goesLeft(middle)) low = middle;
    else high = middle;
  }
}

function clamp(x: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, x));
}

/** The number halfway between the last float32 up to a threshold and the next: what rounds to the first goes left. */
function halfwayAbove(threshold: number): number {
  const x = Math.max(-LARGEST_FLOAT32, Math.min(LARGEST_FLOAT32, threshold));
  const near = Math.fround(x);
  // more than half of the way to the next float32, and less than one and a half
  const reach = Math.abs(near) * (2 ** -24 + 2 ** -40) + 2 ** -149;
  const next = Math.fround(near > x ? near - reach : near + reach);
  // beyond the largest what would be the next, had float32 another exponent
  return (near + Math.min(next, 2 ** 128)) / 2;
}
