import { createHmac } from 'node:crypto';
import type { JsonObject } from './event.ts';
import { forgetInData } from './forget-person.ts';

/** A row of `analytics_events`, instants and amounts as text, which is exact. */
export interface EventRow {
  readonly [column: string]: string | null | JsonObject;
  readonly customer_id: string | null;
  readonly anonymous_id: string | null;
  readonly data: JsonObject;
}

/** 144 bits, as the service's pseudonyms have. */
const SURROGATE_BYTES = 18;

/**
 * The line of an event in an export, with its line feed. It says of persons what would be left of the event after their
 * erasure: a surrogate in the place of each id, the same within a month and not to be led back once the key is gone, and
 * no personal fields. So an erasure need not find anybody in files.
 */
export function exportLine(row: EventRow, surrogateKey: Uint8Array): string {
  const surrogates = (kind: string, id: string | null) =>
    new Map(id === null ? [] : [[id, surrogateOf(kind, id, surrogateKey)]]);
  const customers = surrogates('customer', row.customer_id);
  const anonymous = surrogates('anonymous', row.anonymous_id);
  const data = forgetInData(row.data, { customers, anonymous, pseudonyms: new Set() });
  const customer_id = row.customer_id && customers.get(row.customer_id)!;
  const anonymous_id = row.anonymous_id && anonymous.get(row.anonymous_id)!;
  return `${JSON.stringify({ ...row, customer_id, anonymous_id, data })}\n`;
}

function surrogateOf(kind: string, id: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(`${kind}\0${id}`).digest().toString('base64url', 0, SURROGATE_BYTES);
}
