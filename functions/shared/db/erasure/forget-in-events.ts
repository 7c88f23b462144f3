import type { Sql } from 'postgres';
import type { JsonObject } from '#core/event.ts';
import { type Forgetting, forgetInData, personalFields } from '#core/forget-person.ts';
import { jsonRows } from '../json-rows.ts';

/** What is the person's without naming them. */
export interface Belongings {
  readonly orders: readonly string[];
  readonly sessions: readonly string[];
}

interface StoredEvent {
  readonly event_source: string;
  readonly event_id: string;
  /** Text, because a Date would lose the microseconds. */
  readonly occurred_at: string;
  readonly customer_id: string | null;
  readonly anonymous_id: string | null;
  readonly data: JsonObject;
}

/** @returns how many events of [after, upTo) are about the person, which they no longer are unless it is a dry run */
export async function forgetInEvents(
  sql: Sql,
  { after, upTo }: { readonly after: string; readonly upTo: string },
  forgetting: Forgetting,
  { orders, sessions }: Belongings,
  dryRun: boolean,
): Promise<number> {
  const pseudonyms = [...forgetting.pseudonyms];
  return await sql.begin(async (tx) => {
    const events = await tx<StoredEvent[]>`
      select event_source, event_id, occurred_at::text, customer_id, anonymous_id, data
      from analytics_events
      where occurred_at >= ${after}::text::timestamptz and occurred_at < ${upTo}::text::timestamptz and (
        customer_id = any(${[...forgetting.customers.keys()]}::text[])
        or anonymous_id = any(${[...forgetting.anonymous.keys()]}::text[])
        or data #>> '{email,hmac}' = any(${pseudonyms}::text[])
        or data #>> '{phone,hmac}' = any(${pseudonyms}::text[])
        or customer_id is null and data ?| ${[...personalFields]}::text[]
          and (order_id = any(${[...orders]}::text[]) or session_id = any(${[...sessions]}::text[]))
      )
      order by event_source, event_id
      ${dryRun ? tx`` : tx`for update`}`;
    if (dryRun || events.length === 0) return events.length;
    await tx`
      update analytics_events as event set
        customer_id = forgotten.customer_id, anonymous_id = forgotten.anonymous_id, data = forgotten.data
      from json_to_recordset(${jsonRows(events.map((event) => forgetIn(event, forgetting)))}::text::json) as forgotten (
        event_source text, event_id text, occurred_at timestamptz, customer_id text, anonymous_id text, data jsonb
      )
      where event.event_source = forgotten.event_source and event.event_id = forgotten.event_id
        and event.occurred_at = forgotten.occurred_at`;
    return events.length;
  });
}

function forgetIn(event: StoredEvent, forgetting: Forgetting): StoredEvent {
  const data = forgetInData(event.data, forgetting);
  const { customer_id, anonymous_id } = data as { readonly customer_id?: string; readonly anonymous_id?: string };
  return { ...event, customer_id: customer_id ?? null, anonymous_id: anonymous_id ?? null, data };
}
