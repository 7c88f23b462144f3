const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.(\d+))?(?:[Zz]|([+-]\d\d:\d\d))$/;
const DAY_MS = 86_400_000;

/** Days of the month, with February 29 only in leap years of the Gregorian calendar. */
function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Two digits at a place: quicker than capture groups, for what every event has several of. */
const two = (text: string, at: number) => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;

function startsWithDate(text: string): boolean {
  const [year, month, day] = [two(text, 0) * 100 + two(text, 2), two(text, 5), two(text, 8)];
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** Whether the text is `YYYY-MM-DD` of a real day in the years 0001 to 9999. */
export const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && startsWithDate(text);

/**
 * An RFC 3339 date-time with offset as UTC of always 27 characters (`2026-01-31T12:00:00.000000Z`), so that text order is
 * time order; null if it is none, or lies outside the years 0001 to 9999 in UTC, which PostgreSQL could not read back.
 * Digits beyond the microsecond are cut. The leap second 23:59:60Z is the next midnight, as in PostgreSQL.
 */
export function normalizeInstant(text: string): string | null {
  const match = rfc3339.exec(text);
  if (match === null) return null;
  const [, fraction = '', offset] = match;
  if (!startsWithDate(text)) return null;
  const second = two(text, 17);
  const leap = second === 60;
  if (two(text, 11) > 23 || two(text, 14) > 59 || (second > 59 && !leap)) return null;
  const micros = `.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
  if (offset === undefined && !leap) return `${text.slice(0, 10)}T${text.slice(11, 19)}${micros}`;

  const [offsetHour, offsetMinute] = offset === undefined ? [0, 0] : [two(offset, 1), two(offset, 4)];
  if (offsetHour > 23 || offsetMinute > 59) return null;
  const local = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 16)}:00Z`) + second * 1000;
  const offsetMs = (offsetHour * 60 + offsetMinute) * 60_000;
  const utc = offset?.startsWith('-') ? local + offsetMs : local - offsetMs;
  if (leap && utc % DAY_MS !== 0) return null;
  const iso = new Date(utc).toISOString();
  // Years outside 0001 to 9999 are "0000-…" or written with a sign and six digits.
  return iso.length === 24 && !iso.startsWith('0000') ? iso.slice(0, 19) + micros : null;
}
