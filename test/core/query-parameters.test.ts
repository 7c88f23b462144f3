import { describe, expect, test } from 'vitest';
import { BadParameter } from '#core/problem.ts';
import { commonNames, readCommonParameters, readParameters } from '#core/query-parameters.ts';

// Early in the 30th in Berlin, still the 29th in UTC: the clock changed on the 29th.
const defaults = { timeZone: 'Europe/Berlin', currency: 'EUR', now: new Date('2026-03-29T22:30:00Z') };
const read = (query: string) => readCommonParameters(readParameters(new URLSearchParams(query), commonNames), defaults);
const range = (query: string) => {
  const { from, to } = read(query).range;
  return `${from} ${to}`;
};

describe('what is not said', () => {
  test('is the last 30 whole days of the zone, by day, in the settings’ zone and currency', () => {
    const { range: _, ...rest } = read('');
    expect(range('')).toBe('2026-02-27T23:00:00Z 2026-03-29T22:00:00Z');
    expect(rest).toEqual({
      ...{ granularity: 'day', timeZone: 'Europe/Berlin', currency: 'EUR', digits: 2 },
      ...{ channel: null, comparePrevious: false },
    });
  });

  test('depends on the zone that is said', () => {
    expect(range('timezone=UTC')).toBe('2026-02-27T00:00:00Z 2026-03-29T00:00:00Z');
  });

  test('from is 30 days before to', () => {
    expect(range('to=2026-02-01')).toBe('2026-01-01T23:00:00Z 2026-01-31T23:00:00Z');
  });
});

describe('from and to', () => {
  test.each([
    ['from=2026-03-29&to=2026-03-30', '2026-03-28T23:00:00Z 2026-03-29T22:00:00Z'],
    ['from=2026-03-29T00:00:00Z&to=2026-03-29T00:30:00.25Z', '2026-03-29T00:00:00Z 2026-03-29T00:30:00.25Z'],
    ['from=2026-03-01T00:00:00.000000Z&to=2026-03-02', '2026-03-01T00:00:00Z 2026-03-01T23:00:00Z'],
    ['from=2026-03-01T00:00:00%2B05:30&to=2026-03-02', '2026-02-28T18:30:00Z 2026-03-01T23:00:00Z'],
    ['from=2026-03-01T00:00:00+05:30&to=2026-03-02', '2026-02-28T18:30:00Z 2026-03-01T23:00:00Z'],
  ])('%s', (query, expected) => {
    expect(range(query)).toBe(expected);
  });
});

test('zones are named as the zone database names them', () => {
  expect(read('timezone=asia/kolkata').timeZone).toBe('Asia/Kolkata');
});

test('the currency brings its decimals', () => {
  expect(read('currency=JPY')).toMatchObject({ currency: 'JPY', digits: 0 });
});

describe('bad parameters are named, and never quoted', () => {
  test.each([
    ['from=2026-02-30', 'from'],
    ['from=yesterday', 'from'],
    ['from=2026-01-01T00:00:00', 'from'],
    ['from=', 'from'],
    ['from=2026-01-02&to=2026-01-02', 'from'],
    ['from=2026-01-03&to=2026-01-02', 'from'],
    ['to=1969-12-31', 'to'],
    ['to=9999-01-01', 'to'],
    ['granularity=minute', 'granularity'],
    ['granularity=Day', 'granularity'],
    ['timezone=Mars/Olympus', 'timezone'],
    ['timezone=%2B01:00', 'timezone'],
    ['timezone=', 'timezone'],
    ['timezone=2026-01-01T00:00Z', 'timezone'],
    ['currency=eur', 'currency'],
    ['currency=ZZZ', 'currency'],
    ['channel=', 'channel'],
    ['channel=a%00b', 'channel'],
    ['channel=%ff', 'channel'],
    [`channel=${'x'.repeat(129)}`, 'channel'],
    ['compare=last_year', 'compare'],
    ['limit=5', 'limit'],
    ['from=2026-01-01&from=2026-01-01', 'from'],
    ['constructor=x', 'constructor'],
  ])('%s', (query, parameter) => {
    let thrown: unknown;
    try {
      read(query);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(BadParameter);
    const { problem } = thrown as BadParameter;
    expect(problem).toMatchObject({ status: 400, parameter });
    const value = new URLSearchParams(query).get(parameter) ?? '';
    if (value.length > 5) expect(problem.detail).not.toContain(value);
  });
});
