import type { PendingQuery, Row, TransactionSql } from 'postgres';
import type { ContributionSource } from '#core/explained-metrics.ts';
import type { Range } from '#core/time-windows.ts';

export interface CellQuestion {
  readonly range: Range;
  readonly businessZone: string;
  readonly currency: string;
  readonly channel: string | null;
  readonly country: string | null;
  /** Of payments. */
  readonly method: string | null;
  /** Of order lines. */
  readonly productId: string | null;
  readonly lens: 'processed_date' | 'order_date';
  readonly sources: readonly ContributionSource[];
  readonly signs: Readonly<Record<string, 1 | -1>>;
  /** Whether `value` is multiplied by the exchange rate. */
  readonly isAmount: boolean;
}

/** Parts of a statement: rows of the one shape that is described at `contributions`. */
export type Fragment = PendingQuery<Row[]>;
export type SourceFragments = Record<string, (tx: TransactionSql, question: CellQuestion) => Fragment>;

/** Of orders, which the statement calls `o`; what has none is `unknown`. */
export function isOfChannelAndCountry(tx: TransactionSql, { channel, country }: CellQuestion): Fragment {
  return tx`
    (${channel}::text is null or coalesce(o.channel, 'unknown') = ${channel})
    and (${country}::text is null or coalesce(o.country, 'unknown') = ${country})`;
}

export function isInRange(tx: TransactionSql, { range }: CellQuestion, at: Fragment): Fragment {
  return tx`(${at} >= ${String(range.from)}::text::timestamptz and ${at} < ${String(range.to)}::text::timestamptz)`;
}
