import type { TransactionSql } from 'postgres';
import type { Range } from '#core/time-windows.ts';

/** Something that should be stored and is not; of sequences the gaps tell. */
export interface OpenFinding {
  readonly kind: 'count' | 'rate';
  readonly type: string;
  /** Of a count. */
  readonly source: string | null;
  readonly from: Date;
  readonly to: Date;
  readonly expected: number;
  readonly found: number;
  /** Below 0: more than reported. */
  readonly missing: number;
  readonly deadLettered: number | null;
  /** Of a rate: that so few come when none is lost. */
  readonly probability: number | null;
  readonly acknowledged: boolean;
}

/** Those not resolved whose period touches the range, the latest first. */
export async function listOpenFindings(tx: TransactionSql, range: Range, limit: number): Promise<OpenFinding[]> {
  return await tx<OpenFinding[]>`
    select
      kind, event_type as type, source, period_from as "from", period_to as "to", expected, found::float8 as found,
      missing::float8 as missing, dead_lettered::float8 as "deadLettered", probability, status = 'acknowledged' as acknowledged
    from reconciliations
    where kind in ('count', 'rate') and status in ('open', 'acknowledged')
      and period_from < ${String(range.to)}::text::timestamptz and period_to > ${String(range.from)}::text::timestamptz
    order by period_from desc, kind, event_type, source, period_to
    limit ${limit}`;
}

/** What the last reconciliation could not judge: types whose history is too short. Null before the first. */
export async function readUnjudgedTypes(tx: TransactionSql): Promise<string[] | null> {
  const [run] = await tx<{ types: string[] | null }[]>`
    select result -> 'notEnoughHistory' as types from reconcile_runs
    where result ? 'notEnoughHistory'
    order by started_at desc, id desc
    limit 1`;
  return run?.types ?? null;
}
