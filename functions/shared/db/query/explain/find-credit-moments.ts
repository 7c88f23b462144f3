import type { TransactionSql } from 'postgres';
import { jsonRows } from '../../json-rows.ts';

export interface Credited {
  readonly orderId: string;
  /** Null: of no session. */
  readonly sessionId: string | null;
}

export interface CreditMoments {
  /** Of the event that created the order. */
  readonly created: string;
  /** Of the event that told where the session came from, or else began it. */
  readonly came: string | null;
}

/** @returns in the order given */
export async function findCreditMoments(tx: TransactionSql, credited: readonly Credited[]): Promise<CreditMoments[]> {
  return await tx<CreditMoments[]>`
    select
      o.earliest -> 'created' ->> 0 as created, coalesce(s.earliest -> 'origin' ->> 0, s.earliest -> 'event' ->> 0) as came
    from rows from (
      json_to_recordset(${jsonRows(credited)}::text::json) as ("orderId" text, "sessionId" text)
    ) with ordinality as asked (order_id, session_id, position)
    join orders o on o.order_id = asked.order_id
    left join sessions s on s.session_id = asked.session_id
    order by position`;
}
