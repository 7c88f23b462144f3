import { codes } from 'currency-codes';
import { isDate, normalizeInstant } from './instant.ts';

/** `type/json` or `type/subtype+json`, with parameters: what CloudEvents 1.0 calls a JSON format. */
const jsonMediaType = /^[\w.!#$&^-]+\/(?:[\w.!#$&^+-]+\+)?json\s*(?:;.*)?$/i;
const currencies = new Set(codes());

const isDecimal4 = (value: number): boolean => {
  // The shortest text that names this double, so that 0.1 has one decimal and not 55.
  const text = String(value);
  const point = text.indexOf('.');
  return !text.includes('e') && (point === -1 || text.length - point <= 5);
};

/** What `format` means in the schemas. `decimal4` binds numbers only; for strings the schema's pattern says the same. */
export const formats = {
  'date-time': { type: 'string', validate: (text: string) => normalizeInstant(text) !== null },
  date: { type: 'string', validate: isDate },
  currency: { type: 'string', validate: (text: string) => currencies.has(text) },
  decimal4: { type: 'number', validate: isDecimal4 },
  'json-media-type': { type: 'string', validate: (text: string) => jsonMediaType.test(text) },
} as const;
