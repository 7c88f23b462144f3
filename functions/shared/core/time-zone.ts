/**
 * The name of an IANA time zone in its usual case; undefined for anything else, offsets too, which schedules do not take.
 * Another name of a zone stays: Intl would make Asia/Calcutta of Asia/Kolkata, and answers say what was asked for. By Intl
 * and not Temporal, since every function reads a zone from its settings and not every one is to load a polyfill for it.
 */
export function readTimeZone(text: string): string | undefined {
  if (!/^[A-Za-z][\w+/-]*$/.test(text)) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions();
    return timeZone.toLowerCase() === text.toLowerCase() ? timeZone : text;
  } catch {
    return undefined; // the only way Intl has of saying that it knows no such zone
  }
}
