import type { Sql } from 'postgres';

/**
 * After all it is computed from: the surrogate in the customer's place, at once and not with the next aggregation. A run that
 * began before may still write the customer back; the hours that the erasure marked have the next run take them off again.
 * @returns on how many days the customer was active or ordered
 */
export async function forgetCustomerDays(
  sql: Sql,
  customerId: string,
  surrogate: string,
  dryRun: boolean,
): Promise<number> {
  if (dryRun) {
    const [{ days }] = await sql<[{ days: number }]>`
      select count(*)::int as days from customer_days where customer_id = ${customerId}`;
    return days;
  }
  return await sql.begin(async (tx) => {
    const forgotten = await tx`
      delete from customer_days where customer_id = ${customerId} returning time_zone, bucket::text, kind`;
    await tx`
      insert into customer_days (time_zone, bucket, kind, customer_id)
      select time_zone, bucket, kind, ${surrogate}
      from json_to_recordset(${JSON.stringify(forgotten)}::text::json) as day (time_zone text, bucket timestamptz, kind text)
      on conflict do nothing`;
    return forgotten.length;
  });
}
