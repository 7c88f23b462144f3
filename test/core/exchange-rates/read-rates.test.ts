import { describe, expect, test } from 'vitest';
import { crossRates } from '#core/exchange-rates/cross-rates.ts';
import { BadRates } from '#core/exchange-rates/published-rates.ts';
import { readRatesCsv } from '#core/exchange-rates/read-rates-csv.ts';
import { readRatesJson } from '#core/exchange-rates/read-rates-json.ts';

const day = { day: '2026-03-27', base: 'EUR', rates: { USD: '1.0842', JPY: 163.25 } };

describe('rates as JSON', () => {
  test('are read exactly, as text or number', () => {
    expect(readRatesJson([day])).toEqual([
      {
        ...day,
        rates: new Map([
          ['USD', '1.0842'],
          ['JPY', '163.25'],
        ]),
      },
    ]);
  });

  test.each<[unknown, string]>([
    [{ day }, 'rates: expected a list of days'],
    [[null], 'rates[0].day: expected a date (YYYY-MM-DD)'],
    [[day, { ...day, day: '2026-02-30' }], 'rates[1].day: expected a date (YYYY-MM-DD)'],
    [[{ ...day, base: 'euro' }], 'rates[0].base: expected an ISO 4217 code'],
    [[{ ...day, rates: {} }], 'rates[0].rates: expected rates by currency'],
    [[{ ...day, rates: [1] }], 'rates[0].rates: expected rates by currency'],
    [[{ ...day, rates: { secret: '1' } }], 'rates[0].rates: expected as key 1 an ISO 4217 code other than the base'],
    [[{ ...day, rates: { EUR: '1' } }], 'rates[0].rates: expected as key 1 an ISO 4217 code other than the base'],
    ...['0', '0.000', '-1', '1e3', '', 'NaN', '1,5', 0, -1, 1e-9, Number.NaN, null, {}, '1'.repeat(13)].map(
      (rate) =>
        [
          [{ ...day, rates: { USD: rate } }],
          'rates[0].rates.USD: expected a number above 0 of at most 12 decimals',
        ] satisfies [unknown, string],
    ),
  ])('that are wrong are refused by their place: %j', (list, message) => {
    expect(() => readRatesJson(list)).toThrow(new BadRates(message));
  });
});

describe('rates as the European Central Bank writes them', () => {
  test('are read by day, without those that are not available', () => {
    const csv = 'Date,USD,JPY,CYP,\r\n2026-03-27,1.0842,163.25,N/A,\r\n2026-03-26,1.08,,N/A,\r\n\r\n';
    expect(readRatesCsv(csv)).toEqual([
      {
        day: '2026-03-27',
        base: 'EUR',
        rates: new Map([
          ['USD', '1.0842'],
          ['JPY', '163.25'],
        ]),
      },
      { day: '2026-03-26', base: 'EUR', rates: new Map([['USD', '1.08']]) },
    ]);
  });

  test.each([
    ['', 'row 1: expected "Date" and then currencies'],
    ['<xml/>', 'row 1: expected "Date" and then currencies'],
    ['Date,USD,secret', 'row 1, column 3: expected an ISO 4217 code other than EUR'],
    ['Date,USD\n27 March 2026,1', 'row 2: expected a date (YYYY-MM-DD) first'],
    ['Date,USD\n2026-03-27,1,2', 'row 2: expected 1 rates at most'],
    ['Date,USD,JPY\n2026-03-27,1,secret', 'row 2, JPY: expected a number above 0 of at most 12 decimals, or N/A'],
  ])('that are wrong are refused by row and column: %j', (csv, message) => {
    expect(() => readRatesCsv(csv)).toThrow(new BadRates(message));
  });
});

test('every pair of a day follows from its rates, and says how', () => {
  const [published] = readRatesJson([{ ...day, rates: { USD: '1.0842', IDR: '17000' } }]);
  const rows = crossRates(published!, 'bank').map(({ from, to, rate, source }) => `${from} ${to} ${rate} ${source}`);
  expect(rows).toEqual([
    'EUR USD 1.0842 bank',
    'EUR IDR 17000 bank',
    'USD EUR 0.922339051835 bank, inverse',
    'USD IDR 15679.7638812 bank, by way of EUR',
    'IDR EUR 0.0000588235294118 bank, inverse',
    'IDR USD 0.0000637764705882 bank, by way of EUR',
  ]);
});
