import fc from 'fast-check';
import type { Sql } from 'postgres';
import { readRatesCsv } from '#core/exchange-rates/read-rates-csv.ts';
import { readRatesJson } from '#core/exchange-rates/read-rates-json.ts';
import { storeRates } from '../../functions/jobs/store-rates.ts';
import type { Stream } from './make-stream.ts';
import type { StreamDatabase } from './stream-database.ts';

/** Rates as the job gets them: a reading of the bank's file, a file of JSON, or what somebody enters. */
export interface Publication {
  readonly form: 'csv' | 'json';
  readonly isEntered: boolean;
  readonly base: string;
  readonly days: readonly { readonly day: string; readonly rates: Readonly<Record<string, string>> }[];
  /** Before any event, after some of them, or when all days are rolled up and were asked about. */
  readonly arrives: 0 | 1 | 2;
}

/** From 11 days before the streams until their last day, so that what is carried ends among them. */
const days = Array.from({ length: 19 }, (_, day) => `2026-10-${11 + day}`);
const isWeekday = (day: string) => ![0, 6].includes(new Date(day).getUTCDay());

const currencies = ['EUR', 'USD', 'GBP', 'CHF'];
const rate = fc.oneof(
  fc.integer({ min: 2_000, max: 50_000 }).map((units) => (units / 10_000).toFixed(4)),
  fc.integer({ min: 5_000, max: 20_000 }).map((cents) => (cents / 100).toFixed(2)),
  fc.constantFrom('1', '0.00612', '1.000000000001', '3.141592653589'),
);

const publicationOf = (ofDays: fc.Arbitrary<string[]>, base: fc.Arbitrary<string>, isEntered: fc.Arbitrary<boolean>) =>
  fc.tuple(ofDays, base, isEntered).chain(([chosen, chosenBase, entered]) => {
    const others = currencies.filter((currency) => currency !== chosenBase);
    return fc.record({
      form: fc.constantFrom('json' as const, chosenBase === 'EUR' ? ('csv' as const) : ('json' as const)),
      ...{ isEntered: fc.constant(entered), base: fc.constant(chosenBase) },
      days: fc
        .array(
          fc.record(Object.fromEntries(others.map((currency) => [currency, fc.option(rate, { freq: 4, nil: '' })]))),
          { minLength: chosen.length, maxLength: chosen.length, size: 'max' },
        )
        .map((lists) => lists.map((rates, index) => ({ day: chosen[index] ?? '', rates: given(rates) }))),
      arrives: fc.constantFrom(0 as const, 0 as const, 1 as const, 2 as const),
    });
  });
const given = (rates: Record<string, string>) =>
  Object.fromEntries(Object.entries(rates).filter(([, value]) => value !== ''));

const everyWeekday = fc.constant(days.filter(isWeekday));
const someDays = fc.subarray(days, { maxLength: 6 });

/** At most four, as they arrive; the later may correct the earlier, and pairs come straight, inverse and by way of a third. */
export const publications: fc.Arbitrary<Publication[]> = fc
  .array(
    fc.oneof(
      { weight: 2, arbitrary: publicationOf(everyWeekday, fc.constant('EUR'), fc.constant(false)) },
      { weight: 3, arbitrary: publicationOf(someDays, fc.constantFrom('EUR', 'EUR', 'CHF', 'USD'), fc.boolean()) },
    ),
    { maxLength: 4, size: 'max' },
  )
  .map((all) => all.toSorted((a, b) => a.arrives - b.arrives));

/** Stores what arrives then, through what the job `fx-rates` does. */
export async function publishRates(
  sql: Sql,
  all: readonly Publication[],
  arrives: Publication['arrives'],
): Promise<void> {
  for (const { form, base, days: published, isEntered } of all.filter((each) => each.arrives === arrives)) {
    const named = published.filter(({ rates }) => Object.keys(rates).length > 0).map((each) => ({ ...each, base }));
    const read = form === 'csv' ? readRatesCsv(toCsv(published)) : readRatesJson(named);
    await storeRates(sql, read, { source: isEntered ? 'entered' : 'file', isEntered });
  }
}

/** As the bank writes it: the newest first, and a comma at the end of the line. */
function toCsv(published: Publication['days']): string {
  const columns = currencies.filter((currency) => currency !== 'EUR');
  const lines = published.map(({ day, rates }) => [day, ...columns.map((currency) => rates[currency] ?? 'N/A'), '']);
  return [['Date', ...columns, ''], ...lines.toReversed()].map((cells) => cells.join(',')).join('\n');
}

/** Empties the database and lets in the stream, and the rates that arrive before and amid it. */
export async function storeWithRates(db: StreamDatabase, stream: Stream, rates: readonly Publication[]): Promise<void> {
  await db.writer`delete from fx_rates`;
  await publishRates(db.writer, rates, 0);
  await db.store(stream, {
    beforeAggregation: async (run) => {
      if (run === 0) await publishRates(db.writer, rates, 1);
    },
  });
}
