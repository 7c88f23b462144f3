import { expect, test } from 'vitest';
import { readTimeZone } from '#core/time-zone.ts';

test.each([
  ['Europe/Berlin', 'Europe/Berlin'],
  ['europe/berlin', 'Europe/Berlin'],
  ['asia/kolkata', 'Asia/Kolkata'], // to Intl Asia/Calcutta
  ['Etc/GMT+5', 'Etc/GMT+5'],
])('%s is %s', (text, zone) => {
  expect(readTimeZone(text)).toBe(zone);
});

test.each(['', 'Berlin', '+01:00', 'Z', '2026-01-01[Europe/Berlin]', "UTC' or 1=1", 'Europe/Berlin\n'])(
  '%j is none',
  (text) => {
    expect(readTimeZone(text)).toBeUndefined();
  },
);
