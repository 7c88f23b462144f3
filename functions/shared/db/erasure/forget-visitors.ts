import type { Sql } from 'postgres';
import { jsonRows } from '../json-rows.ts';

/** Anonymous ids that the customer was seen with, and whether another customer was too. */
export async function listVisitors(sql: Sql, customerId: string): Promise<{ id: string; isShared: boolean }[]> {
  return await sql<{ id: string; isShared: boolean }[]>`
    select anonymous_id as id, lowest_customer <> highest_customer as "isShared"
    from visitor_identities
    where lowest_customer = ${customerId} or highest_customer = ${customerId}`;
}

/**
 * Puts the surrogates in the places of the customer's id and of the anonymous ids that are this customer's alone.
 * @returns how many anonymous ids were seen with the customer
 */
export async function forgetVisitors(
  sql: Sql,
  customerId: string,
  surrogate: string,
  anonymous: Readonly<Record<string, string>>,
  dryRun: boolean,
): Promise<number> {
  if (dryRun) return (await listVisitors(sql, customerId)).length;
  const surrogates = jsonRows(Object.entries(anonymous).map(([id, kept]) => ({ id, kept })));
  const lowest = sql`case when lowest_customer = ${customerId} then ${surrogate} else lowest_customer end`;
  const highest = sql`case when highest_customer = ${customerId} then ${surrogate} else highest_customer end`;
  // A surrogate may sort anywhere: of one with another customer the two stay two
  const { count } = await sql`
    update visitor_identities set
      anonymous_id = coalesce(
        (select kept from json_to_recordset(${surrogates}::text::json) as own (id text, kept text) where id = anonymous_id),
        anonymous_id
      ),
      lowest_customer = least(${lowest}, ${highest}),
      highest_customer = greatest(${lowest}, ${highest})
    where lowest_customer = ${customerId} or highest_customer = ${customerId}`;
  return count;
}
