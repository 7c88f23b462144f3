import type { TransactionSql } from 'postgres';
import type { EventRow } from '#core/rows.ts';
import { jsonRows } from './json-rows.ts';

/** With which customers anonymous ids were seen, on events that carry both. What is known already writes nothing. */
export async function recordIdentities(tx: TransactionSql, rows: readonly EventRow[]): Promise<void> {
  const seen = rows
    .filter(({ anonymous_id, customer_id }) => anonymous_id !== null && customer_id !== null)
    .map(({ anonymous_id, customer_id }) => ({ anonymous_id, customer_id }));
  if (seen.length === 0) return;
  await tx`
    insert into visitor_identities as visitor (anonymous_id, lowest_customer, highest_customer)
    select anonymous_id, min(customer_id collate "C"), max(customer_id collate "C")
    from json_to_recordset(${jsonRows(seen)}::text::json) as event (anonymous_id text, customer_id text)
    group by anonymous_id
    order by anonymous_id
    on conflict (anonymous_id) do update set
      lowest_customer = least(visitor.lowest_customer, excluded.lowest_customer),
      highest_customer = greatest(visitor.highest_customer, excluded.highest_customer)
    where excluded.lowest_customer < visitor.lowest_customer or excluded.highest_customer > visitor.highest_customer`;
}
