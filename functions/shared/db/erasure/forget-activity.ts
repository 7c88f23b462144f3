import type { Sql } from 'postgres';

/** @returns in how many hours of [after, upTo) the customer was active, which from now on the surrogate was */
export async function forgetActivity(
  sql: Sql,
  { after, upTo }: { readonly after: string; readonly upTo: string },
  customerId: string,
  surrogate: string,
  dryRun: boolean,
): Promise<number> {
  const ofCustomer = sql`
    hour >= ${after}::text::timestamptz and hour < ${upTo}::text::timestamptz and kind = 'customer' and id = ${customerId}`;
  if (dryRun) {
    const [{ hours }] = await sql<[{ hours: number }]>`
      select count(*)::int as hours from active_users where ${ofCustomer}`;
    return hours;
  }
  return await sql.begin(async (tx) => {
    const { count } = await tx`
      with forgotten as (delete from active_users where ${ofCustomer} returning hour),
      marked as (insert into dirty_windows (hour) select hour from forgotten)
      insert into active_users (hour, kind, id) select hour, 'customer', ${surrogate} from forgotten`;
    await tx`
      with forgotten as (
        delete from active_channels
        where customer_id = ${customerId} and hour >= ${after}::text::timestamptz and hour < ${upTo}::text::timestamptz
        returning hour, channel, order_id
      )
      insert into active_channels (hour, channel, customer_id, order_id)
      select hour, channel, ${surrogate}, order_id from forgotten`;
    return count;
  });
}
