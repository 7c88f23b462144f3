/** A CloudEvent as producers send it: raw, with personal fields. */
export interface CloudEvent {
  readonly specversion: string;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly subject?: string;
  readonly traceparent?: string;
  readonly dataschema?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `at` in milliseconds since 1970; undefined fields of `data` are left out. */
export function makeEvent(
  type: string,
  source: string,
  id: string,
  at: number,
  data: Record<string, unknown>,
  extra: { readonly subject?: string; readonly traceparent?: string } = {},
): CloudEvent {
  const present = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
  return { specversion: '1.0', id, source, type, time: new Date(at).toISOString(), ...extra, data: present };
}

/** 1234 → "12.34": money is counted in cents, so that no sum is ever rounded. */
export const amount = (cents: number) => (cents / 100).toFixed(2);
