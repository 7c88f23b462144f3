import type { PendingQuery, Row, TransactionSql } from 'postgres';
import type { ContributionSource } from '#core/explained-metrics.ts';
import type { Range } from '#core/time-windows.ts';

/** What a cell is divided by besides time and channel; null: by all of it. */
export interface CellFilters {
  readonly country: string | null;
  /** Of payments. */
  readonly method: string | null;
  readonly product: string | null;
  /** Empty: lines and views that carry none. */
  readonly category: string | null;
  /** Of orders, the current one. */
  readonly status: string | null;
  readonly carrier: string | null;
  /** Of returns. */
  readonly reason: string | null;
  readonly warehouse: string | null;
  /** Of page views. */
  readonly path: string | null;
  /** Through how many channels a customer bought. */
  readonly channels: number | null;
  readonly source: string | null;
  readonly medium: string | null;
  readonly campaign: string | null;
}

export interface CellQuestion extends CellFilters {
  readonly range: Range;
  readonly businessZone: string;
  readonly currency: string;
  readonly channel: string | null;
  readonly lens: 'processed_date' | 'order_date';
  readonly sources: readonly ContributionSource[];
  readonly signs: Readonly<Record<string, 1 | -1>>;
  /** Whether `value` is multiplied by the exchange rate. */
  readonly isAmount: boolean;
  /** Parcels that were promised before it and did not come are overdue. */
  readonly overdueAt: Range['to'];
}

/** Parts of a statement: rows of the one shape that is described at `contributions`. */
export type Fragment = PendingQuery<Row[]>;
export type Source = (tx: TransactionSql, question: CellQuestion) => Fragment;

/** Of orders, which the statement calls `o`; what has none is `unknown`. */
export function isOfChannelAndCountry(tx: TransactionSql, { channel, country }: CellQuestion): Fragment {
  return tx`
    (${channel}::text is null or coalesce(o.channel, 'unknown') = ${channel})
    and (${country}::text is null or coalesce(o.country, 'unknown') = ${country})`;
}

export function isInRange(tx: TransactionSql, { range }: Pick<CellQuestion, 'range'>, at: Fragment): Fragment {
  return tx`(${at} >= ${String(range.from)}::text::timestamptz and ${at} < ${String(range.to)}::text::timestamptz)`;
}

/** Part of a fact: its measure, the field (or moment) that holds it, and the amount. */
export type Part = readonly [measure: string, field: Fragment, amount: Fragment];

/** The parts that the metric asks for, to be joined laterally; the others' fields are not even read. */
export function partsOf(tx: TransactionSql, { signs }: CellQuestion, parts: readonly Part[]): Fragment {
  const asked = parts.flatMap(([measure, field, amount]) =>
    signs[measure] === undefined
      ? []
      : [tx`(${measure}::text, ${field}::text, (${amount})::numeric, ${signs[measure]}::int)`],
  );
  const rows = asked.reduce((list, row) => tx`${list}, ${row}`);
  return tx`cross join lateral (values ${rows}) as part (measure, field, amount, sign)`;
}
