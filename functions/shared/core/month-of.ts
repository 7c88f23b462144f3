import type { Temporal } from 'temporal-polyfill';
import type { Range } from './time-windows.ts';

/** The month of the zone's calendar that an instant lies in. */
export function monthOf(instant: Temporal.Instant, zone: string): Range {
  const date = instant.toZonedDateTimeISO(zone).toPlainDate().with({ day: 1 });
  return {
    from: date.toZonedDateTime(zone).toInstant(),
    to: date.add({ months: 1 }).toZonedDateTime(zone).toInstant(),
  };
}
