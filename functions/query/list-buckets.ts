import { BadParameter } from '#core/problem.ts';
import type { CommonParameters } from '#core/query-parameters.ts';
import { type Bucket, bucketsOf } from '#core/time-windows.ts';

/** A row has up to 330 bytes, and a function can answer with 6 MB. */
export const MAX_ROWS = 16_000;

/** The buckets of the period. @throws {BadParameter} where they are more than an answer can hold */
export function listBuckets({ range, timeZone, granularity }: CommonParameters): Bucket[] {
  const buckets = bucketsOf(range, timeZone, granularity)
    .take(MAX_ROWS + 1)
    .toArray();
  if (buckets.length > MAX_ROWS) {
    throw new BadParameter('granularity', `expected one that divides the period into ${MAX_ROWS} buckets at most`);
  }
  return buckets;
}
