/** What is taken for the share of an empty bin: there is no logarithm of zero. */
const LEAST_SHARE = 0.0001;

/**
 * The population stability index of two distributions over the same bins: the sum of (actual - expected) ln(actual / expected)
 * over their shares. By the usual rule below 0.1 nothing has changed, and above 0.2 much has.
 */
export function stabilityIndex(expected: Float64Array, actual: Float64Array): number {
  const shares = sharesOf(expected);
  return sharesOf(actual).reduce((sum, share, i) => sum + (share - shares[i]) * Math.log(share / shares[i]), 0);
}

function sharesOf(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => Math.max(count / total, LEAST_SHARE));
}
