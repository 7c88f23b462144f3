import type { Sql } from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readRatesJson } from '#core/exchange-rates/read-rates-json.ts';
import { countOrdersWithoutRate, readRatesState } from '#db/exchange-rates/read-rates-state.ts';
import { readDataVersion } from '#db/query/read-data-version.ts';
import { storeRates } from '../../functions/jobs/store-rates.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

let database: TestDatabase;
let owner: Sql;
let jobs: Sql;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  owner = database.connect();
  jobs = database.connect('analytics_jobs');
});
beforeEach(() => owner`truncate fx_rates`);
afterAll(() => database.drop());

const store = (days: Record<string, object>, { source = 'bank', isEntered = false } = {}) =>
  storeRates(jobs, readRatesJson(Object.entries(days).map(([day, rates]) => ({ day, base: 'EUR', rates }))), {
    source,
    isEntered,
  });

/** Rates of a pair by day, with the day that they are carried from. */
const rates = async (from = 'EUR', to = 'USD') => {
  const rows = await owner<{ line: string }[]>`
    select concat_ws(' ', to_char(day, 'MM-DD'), rate, to_char(carried_from, '(MM-DD)')) as line
    from fx_rates where (from_currency, to_currency) = (${from}, ${to}) order by day`;
  return rows.map(({ line }) => line);
};

describe('rates of a day', () => {
  test('are stored between all its currencies, and carried a week at most to days that have none', async () => {
    await store({ '2026-04-02': { USD: '1.1', GBP: '0.88' }, '2026-04-07': { USD: '1.2', GBP: '0.9' } });
    const carried = (day: string, rate: string, days: readonly string[]) =>
      days.map((each) => `${each} ${rate} (${day})`);
    expect(await rates()).toEqual([
      '04-02 1.1',
      ...carried('04-02', '1.1', ['04-03', '04-04', '04-05', '04-06']),
      '04-07 1.2',
      ...carried('04-07', '1.2', ['04-08', '04-09', '04-10', '04-11', '04-12', '04-13', '04-14']),
    ]);
    expect((await rates('USD', 'GBP'))[0]).toBe('04-02 0.8');
    const sources = await owner`select distinct source from fx_rates order by 1`;
    expect(sources.map(({ source }) => source)).toEqual(['bank', 'bank, by way of EUR', 'bank, inverse']);
  });

  test('that come in another order, or twice, end in the same rows', async () => {
    const days = { '2026-04-01': { USD: '1' }, '2026-04-03': { USD: '3' }, '2026-04-05': { USD: '5' } };
    await store(days);
    const expected = await rates();
    await owner`truncate fx_rates`;
    for (const [day, each] of Object.entries(days).reverse()) await store({ [day]: each });
    expect(await rates()).toEqual(expected);
    expect(await store(days)).toBe(0);
  });

  test('replace carried ones when they come, and those carried from before stay up to them', async () => {
    await store({ '2026-04-02': { USD: '1.1' } });
    await store({ '2026-04-04': { USD: '1.3' } });
    expect((await rates()).slice(0, 4)).toEqual(['04-02 1.1', '04-03 1.1 (04-02)', '04-04 1.3', '04-05 1.3 (04-04)']);
  });

  test('that the bank corrects are corrected where they were carried, and answers are known to have changed', async () => {
    await store({ '2026-04-02': { USD: '1.1' } });
    const version = await readDataVersion(database.connect('analytics_query'), ['fx_rates']);
    expect(await store({ '2026-04-02': { USD: '1.15' } })).toBe(16);
    expect((await rates()).slice(0, 2)).toEqual(['04-02 1.15', '04-03 1.15 (04-02)']);
    expect(await readDataVersion(database.connect('analytics_query'), ['fx_rates'])).not.toBe(version);
  });

  test('that somebody entered are not replaced by the file, but are by what is entered next', async () => {
    await store({ '2026-04-02': { USD: '2' } }, { source: 'audit', isEntered: true });
    await store({ '2026-04-02': { USD: '1.1' }, '2026-04-03': { USD: '1.2' } });
    expect((await rates()).slice(0, 2)).toEqual(['04-02 2', '04-03 1.2']);
    await store({ '2026-04-02': { USD: '3' } }, { source: 'audit', isEntered: true });
    expect((await rates())[0]).toBe('04-02 3');
    expect(await readRatesState(jobs)).toEqual({ newest: '2026-04-03' });
  });
});

test('orders that are in no sum for want of a rate are counted, those of today not yet', async () => {
  const order = (id: string, currency: string, time: string) =>
    makeEvent(
      'orders.order.status_changed',
      { order_id: id, status: 'created', currency, items: [], total_amount: 1 },
      { time },
    );
  const { ingest } = makeIngestion(database.connect('analytics_ingest'), {
    limits: { now: new Date('2026-04-20T12:00:00Z'), rawRetentionDays: 90, maxFutureHours: 24 },
  });
  await ingest([
    order('with', 'USD', '2026-04-02T10:00:00Z'),
    order('without', 'USD', '2026-04-18T10:00:00Z'),
    order('own', 'EUR', '2026-04-18T10:00:00Z'),
    order('today', 'USD', '2026-04-20T10:00:00Z'),
    order('long-ago', 'USD', '2026-02-20T10:00:00Z'),
  ]);
  await store({ '2026-04-02': { USD: '1.1' } });
  const question = { now: new Date('2026-04-20T12:00:00Z'), days: 30, zone: 'UTC', currency: 'EUR' };
  expect(await countOrdersWithoutRate(jobs, question)).toBe(1);
});
