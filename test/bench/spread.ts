export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** @throws Error when there is no value */
export function spreadOf(values: readonly number[]): Spread {
  return { min: percentile(values, 0), median: medianOf(values), max: percentile(values, 1) };
}

/** Of an even number of values, the middle between the two in the middle. */
function medianOf(values: readonly number[]): number {
  const mirrored = percentile(
    values.map((value) => -value),
    0.5,
  );
  return (percentile(values, 0.5) - mirrored) / 2;
}

/**
 * The smallest value that at least the given share of all values does not exceed.
 *
 * @throws Error when there is no value
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error("nothing was measured");
  return value;
}
