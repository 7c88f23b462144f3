const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const DAY_MS = 86_400_000;

/** Days of the month, with February 29 only in leap years of the Gregorian calendar. */
function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

const isCalendarDate = (year: number, month: number, day: number) =>
  year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);

/** Whether the text is `YYYY-MM-DD` of a real day in the years 0001 to 9999. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && isCalendarDate(+text.slice(0, 4), +text.slice(5, 7), +text.slice(8, 10));
}

/**
 * An RFC 3339 date-time with offset as UTC of always 27 characters (`2026-01-31T12:00:00.000000Z`), so that text order is
 * time order; null if it is none, or lies outside the years 0001 to 9999 in UTC, which PostgreSQL could not read back.
 * Digits beyond the microsecond are cut. The leap second 23:59:60Z is the next midnight, as in PostgreSQL.
 */
export function normalizeInstant(text: string): string | null {
  const match = rfc3339.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = match;
  if (!isCalendarDate(Number(year), Number(month), Number(day))) return null;
  const leap = second === '60';
  if (Number(hour) > 23 || Number(minute) > 59 || (Number(second) > 59 && !leap)) return null;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return null;
  const micros = `.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
  if (sign === undefined && !leap) return `${text.slice(0, 10)}T${text.slice(11, 19)}${micros}`;

  const local = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`) + Number(second) * 1000;
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  const utc = sign === '-' ? local + offsetMs : local - offsetMs;
  if (leap && utc % DAY_MS !== 0) return null;
  const iso = new Date(utc).toISOString();
  // Years outside 0001 to 9999 are "0000-…" or written with a sign and six digits.
  return iso.length === 24 && !iso.startsWith('0000') ? iso.slice(0, 19) + micros : null;
}
