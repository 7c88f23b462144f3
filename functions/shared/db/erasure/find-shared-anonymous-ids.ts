import type { Sql } from 'postgres';
import { listVisitors } from './forget-visitors.ts';
import { factKeys, type Slice } from './sources.ts';

/** Which of the anonymous ids the slice also has with another customer. */
export async function findSharedAnonymousIds(
  sql: Sql,
  { source, after, upTo }: Slice,
  customerId: string,
  anonymousIds: readonly string[],
): Promise<string[]> {
  const ids = [...anonymousIds];
  if (source === 'events') {
    return names(
      await sql<{ id: string }[]>`
        select distinct anonymous_id as id
        from analytics_events
        where occurred_at >= ${after}::text::timestamptz and occurred_at < ${upTo}::text::timestamptz
          and anonymous_id = any(${ids}::text[]) and customer_id <> ${customerId}`,
    );
  }
  if (source === 'visitors') {
    return names((await listVisitors(sql, customerId)).filter(({ isShared }) => isShared));
  }
  const key = sql(factKeys[source]);
  const customer = source === 'customers' ? key : sql`latest #>> '{customer_id,1}'`;
  return names(
    await sql<{ id: string }[]>`
      select distinct latest #>> '{anonymous_id,1}' as id
      from ${sql(source)}
      where ${key} > ${after} and ${key} <= ${upTo}
        and latest #>> '{anonymous_id,1}' = any(${ids}::text[]) and ${customer} <> ${customerId}`,
  );
}

const names = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
