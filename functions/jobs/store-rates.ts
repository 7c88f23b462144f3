import type { Sql } from 'postgres';
import { crossRates } from '#core/exchange-rates/cross-rates.ts';
import type { PublishedRates } from '#core/exchange-rates/published-rates.ts';
import { carryRates } from '#db/exchange-rates/carry-rates.ts';
import { saveRates } from '#db/exchange-rates/save-rates.ts';

/** The longest that banks publish nothing is over Easter or the turn of the year: 4 or 5 days. */
const CARRIED_DAYS = 7;
/** With 30 currencies 19,000 rows a statement. */
const DAYS_PER_STATEMENT = 20;

/**
 * Stores the rates between all currencies of each day, and carries them to the days after that have none. Again with the same
 * rates it changes nothing. @returns how many rows of fx_rates are new or changed
 */
export async function storeRates(
  sql: Sql,
  given: readonly PublishedRates[],
  { source, isEntered }: { readonly source: string; readonly isEntered: boolean },
): Promise<number> {
  const published = given.toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  let changed = 0;
  for (let at = 0; at < published.length; at += DAYS_PER_STATEMENT) {
    const slice = published.slice(at, at + DAYS_PER_STATEMENT);
    const rows = slice.flatMap((rates) => crossRates(rates, source));
    const days = slice.map(({ day }) => day);
    changed += await sql.begin(async (tx) => {
      const saved = await saveRates(tx, rows, isEntered);
      return saved + (await carryRates(tx, days, CARRIED_DAYS));
    });
  }
  return changed;
}
