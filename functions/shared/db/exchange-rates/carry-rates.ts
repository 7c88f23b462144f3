import type { TransactionSql } from 'postgres';

/**
 * Gives the `forward` days after each of these days its rates, where no day between has one of its own, marked with the day
 * they are of. @returns how many rows are new or changed
 */
export async function carryRates(tx: TransactionSql, days: readonly string[], forward: number): Promise<number> {
  const { count } = await tx`
    insert into fx_rates as known (day, from_currency, to_currency, rate, source, is_entered, carried_from)
    select distinct on (day + ahead, from_currency, to_currency)
      day + ahead, from_currency, to_currency, rate, source, is_entered, day
    from fx_rates cross join generate_series(1, ${forward}::int) as ahead
    where day = any(${days}::text[]::date[]) and carried_from is null
    order by day + ahead, from_currency, to_currency, day desc
    on conflict (day, from_currency, to_currency) do update
    set rate = excluded.rate, source = excluded.source, is_entered = excluded.is_entered, carried_from = excluded.carried_from
    where known.carried_from <= excluded.carried_from
      and (known.rate, known.source, known.carried_from) is distinct from (excluded.rate, excluded.source, excluded.carried_from)`;
  return count;
}
