import type { PendingQuery, Row, TransactionSql } from 'postgres';

/** How a duration varies; null over nothing. Numbers of the unit, at 4 decimals, half away from zero. */
export interface Spread {
  readonly mean: number | null;
  readonly median: number | null;
  /** The 90th percentile; as the median by linear interpolation. */
  readonly p90: number | null;
  readonly count: number;
  /** How many are below zero. */
  readonly negative: number;
}

const microseconds = { hours: 3_600_000_000, days: 86_400_000_000 };

/** Between two instants in whole microseconds, as `spreadOf` takes it. */
export function microsecondsBetween(tx: TransactionSql, start: string, end: string): PendingQuery<Row[]> {
  // A double holds those of 285 years; the numeric of extract() would cost as much as all the rest.
  return tx`(date_part('epoch', ${tx(end)} - ${tx(start)}) * 1000000)::bigint`;
}

/** An aggregate over a column of microseconds, as one JSON object. Nulls are none. */
export function spreadOf(tx: TransactionSql, column: string, unit: keyof typeof microseconds): PendingQuery<Row[]> {
  // In whole tenths of a microsecond, as between two: the rounding does not depend on binary fractions.
  const percentile = (fraction: number) => tx`
    round((percentile_cont(${fraction}::float8) within group (order by ${tx(column)}) * 10)::bigint / ${microseconds[unit] * 10}::numeric, 4)`;
  return tx`
    json_build_object(
      'mean', round(sum(${tx(column)}) / nullif(count(${tx(column)}) * ${microseconds[unit]}::numeric, 0), 4),
      'median', ${percentile(0.5)},
      'p90', ${percentile(0.9)},
      'count', count(${tx(column)}),
      'negative', count(*) filter (where ${tx(column)} < 0)
    )`;
}
