import type { Sql } from 'postgres';

export interface RatesState {
  /** The newest day with a rate of its own, `YYYY-MM-DD`; null when there is none. */
  readonly newest: string | null;
}

export async function readRatesState(sql: Sql): Promise<RatesState> {
  const [state] = await sql<[RatesState]>`
    select max(day)::text as newest from fx_rates where carried_from is null and not is_entered`;
  return state;
}

/** Orders of the last `days` whole business days that no answer in `currency` can count, for want of a rate of their day. */
export async function countOrdersWithoutRate(
  sql: Sql,
  { now, days, zone, currency }: { now: Date; days: number; zone: string; currency: string },
): Promise<number> {
  const [{ orders }] = await sql<[{ orders: number }]>`
    select count(*)::int as orders
    from orders
    where created_at >= ${now.toISOString()}::text::timestamptz - make_interval(days => ${days})
      and (created_at at time zone ${zone})::date < (${now.toISOString()}::text::timestamptz at time zone ${zone})::date
      and currency <> ${currency}
      and not exists (
        select from fx_rates
        where day = (created_at at time zone ${zone})::date and from_currency = orders.currency and to_currency = ${currency}
      )`;
  return orders;
}
