import { AnalyticsError } from '#core/errors.ts';

/** What one unit of `base` costs in each of the other currencies on a day, as plain decimal text. */
export interface PublishedRates {
  /** `YYYY-MM-DD` */
  readonly day: string;
  /** ISO 4217, as the keys of `rates`. */
  readonly base: string;
  readonly rates: ReadonlyMap<string, string>;
}

/** Wrong rates that were given; names the place and what was expected there. */
export class BadRates extends AnalyticsError {
  override readonly name = 'BadRates';
}

/** Also currencies of the past, which the list of today's does not have. */
export const isCurrency = (text: unknown): text is string => typeof text === 'string' && /^[A-Z]{3}$/.test(text);

/** Plain decimal text above 0; undefined for anything else. A number of JSON is as exact as its shortest text. */
export function readRate(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^\d{1,12}(\.\d{1,12})?$/.test(text) && /[1-9]/.test(text) ? text : undefined;
}
