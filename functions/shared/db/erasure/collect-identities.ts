import type { Sql } from 'postgres';
import type { Identity } from '#core/erased-identities.ts';
import { listVisitors } from './forget-visitors.ts';
import { factKeys, type Slice } from './sources.ts';

/** What else the rows of the slice that name the customer say about whom they are of. */
export async function collectIdentities(sql: Sql, slice: Slice, customerId: string): Promise<Identity[]> {
  const { source, after, upTo } = slice;
  if (source === 'events') {
    return await sql<Identity[]>`
      select distinct kind, id
      from analytics_events
      cross join lateral (values
        ('anonymous', anonymous_id), ('email', data #>> '{email,hmac}'), ('phone', data #>> '{phone,hmac}')
      ) as identity (kind, id)
      where occurred_at >= ${after}::text::timestamptz and occurred_at < ${upTo}::text::timestamptz
        and customer_id = ${customerId} and id is not null`;
  }
  if (source === 'visitors') {
    return (await listVisitors(sql, customerId)).map(({ id }) => ({ kind: 'anonymous', id }));
  }
  const key = sql(factKeys[source]);
  const customer = source === 'customers' ? key : sql`latest #>> '{customer_id,1}'`;
  return await sql<Identity[]>`
    select distinct 'anonymous' as kind, latest #>> '{anonymous_id,1}' as id
    from ${sql(source)}
    where ${key} > ${after} and ${key} <= ${upTo} and ${customer} = ${customerId} and latest ? 'anonymous_id'`;
}
