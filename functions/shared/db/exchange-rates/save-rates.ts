import type { TransactionSql } from 'postgres';
import type { RateRow } from '#core/exchange-rates/cross-rates.ts';
import { jsonRows } from '../json-rows.ts';

/** @returns how many rows are new or changed */
export async function saveRates(tx: TransactionSql, rows: readonly RateRow[], isEntered: boolean): Promise<number> {
  // of a pair that is given twice for a day, the last
  const distinct = new Map(rows.map((row) => [`${row.day} ${row.from} ${row.to}`, row]));
  const { count } = await tx`
    insert into fx_rates as known (day, from_currency, to_currency, rate, source, is_entered)
    select day, "from", "to", rate, source, ${isEntered}
    from json_to_recordset(${jsonRows([...distinct.values()])}::text::json)
      as given (day date, "from" text, "to" text, rate numeric, source text)
    on conflict (day, from_currency, to_currency) do update
    set rate = excluded.rate, source = excluded.source, is_entered = excluded.is_entered, carried_from = null
    where (excluded.is_entered or not known.is_entered or known.carried_from is not null)
      and (known.rate, known.source, known.is_entered, known.carried_from)
        is distinct from (excluded.rate, excluded.source, excluded.is_entered, null)`;
  return count;
}
