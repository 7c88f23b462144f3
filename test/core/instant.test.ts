import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDate, normalizeInstant } from '#core/instant.ts';

test.each([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000000Z'],
  ['2026-01-31t12:00:00.5z', '2026-01-31T12:00:00.500000Z'],
  ['2026-01-31T12:00:00.123456789Z', '2026-01-31T12:00:00.123456Z'],
  ['2026-01-01T00:15:00+05:45', '2025-12-31T18:30:00.000000Z'],
  ['2026-01-31T12:00:00-00:00', '2026-01-31T12:00:00.000000Z'],
  ['2024-02-29T23:59:59-00:30', '2024-03-01T00:29:59.000000Z'],
  ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000000Z'],
  ['2017-01-01T00:59:60.25+01:00', '2017-01-01T00:00:00.250000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'],
  ['0099-06-01T00:00:00+01:00', '0099-05-31T23:00:00.000000Z'],
  ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000000Z'],
])('%s is %s', (text, instant) => {
  expect(normalizeInstant(text)).toBe(instant);
});

test.each([
  '2026-01-31T12:00:00',
  '2026-01-31 12:00:00Z',
  '2026-01-31',
  '2026-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-10T00:00:00Z',
  '2026-01-31T24:00:00Z',
  '2026-01-31T12:60:00Z',
  '2026-01-31T12:00:61Z',
  '2026-01-31T12:00:60Z',
  '2026-01-31T12:00:00+24:00',
  '2026-01-31T12:00:00+01:60',
  '2026-01-31T12:00:00+0100',
  '2026-01-31T12:00:00.Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+00:01',
  '9999-12-31T23:59:59-00:01',
  '+12026-01-31T12:00:00Z',
  '2026-01-31T12:00:00Z\n',
  '٢٠٢٦-01-31T12:00:00Z',
  '',
])('%j is none', (text) => {
  expect(normalizeInstant(text)).toBeNull();
});

test('agrees with Date on every instant of the years 1 to 9999, at any offset', () => {
  const times = fc.date({
    min: new Date('0001-01-02T00:00:00Z'),
    max: new Date('9999-12-30T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(times, fc.integer({ min: -1439, max: 1439 }), (time, offset) => {
      const local = new Date(time.getTime() + offset * 60_000).toISOString().slice(0, 23);
      const minutes = Math.abs(offset);
      const zone = `${offset < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
      expect(normalizeInstant(local + zone)).toBe(time.toISOString().replace('Z', '000Z'));
    }),
  );
});

test('dates are real days', () => {
  expect(['2024-02-29', '0001-01-01', '9999-12-31'].every(isDate)).toBe(true);
  expect(['2026-02-29', '0000-01-01', '2026-1-1', '2026-01-01T00:00:00Z', ''].some(isDate)).toBe(false);
});
