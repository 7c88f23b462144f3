import type { Sql } from 'postgres';
import type { ReconciliationKind, ReconciliationStatus } from '#contract/reconciliations.ts';

export interface ListedReconciliation {
  readonly id: string;
  readonly kind: ReconciliationKind;
  readonly type: string;
  /** Of a count. */
  readonly source: string | null;
  /** Of a sequence: the order, payment, shipment, return or stock item (`product@warehouse`). */
  readonly aggregateId: string | null;
  /** Of a count and a rate. */
  readonly from: Date | null;
  readonly to: Date | null;
  readonly expected: number;
  readonly found: number;
  readonly missing: number;
  readonly deadLettered: number | null;
  readonly probability: number | null;
  readonly status: ReconciliationStatus;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly resolvedAt: Date | null;
}

/** The newest first; what is not a finding yet is left out. `before`: the last id seen. */
export async function listReconciliations(
  sql: Sql,
  filter: { readonly kind: string | null; readonly status: string | null },
  page: { readonly before: string | null; readonly limit: number },
): Promise<ListedReconciliation[]> {
  return await sql<ListedReconciliation[]>`
    select
      id::text, kind, event_type as type, source, translate(aggregate_id, e'\u0001', '@') as "aggregateId",
      period_from as "from", period_to as "to", expected, found::float8 as found, missing::float8 as missing,
      dead_lettered::float8 as "deadLettered", probability, status,
      first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt", resolved_at as "resolvedAt"
    from reconciliations
    where status <> 'pending'
      and (${filter.kind}::text is null or kind = ${filter.kind}::text)
      and (${filter.status}::text is null or status = ${filter.status}::text)
      and (${page.before}::bigint is null or id < ${page.before}::bigint)
    order by reconciliations.id desc
    limit ${page.limit}`;
}
