/** The middle one, of an even number the lower of the two in the middle: expecting less claims less. */
export function lowerMedian(counts: readonly number[]): number {
  const sorted = counts.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length / 2) - 1]!;
}
