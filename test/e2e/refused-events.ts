import type { Reason } from '#contract/dead-letters.ts';
import { type EventType, eventTypes, UNMATCHED } from '#contract/event-types.ts';
import { MAX_BODY_BYTES, MAX_DEPTH } from '#core/check-body.ts';
import { leastData } from '../core/sample-events.ts';
import { personalFields, TOKEN } from './personal-values.ts';

export const SOURCE = '/e2e/shop';
const ORDER = 'orders.order.status_changed';
const HOUR = 3_600_000;

/** What the dead letter must say. */
export interface Verdict {
  readonly reason: Reason;
  readonly pointer: string;
  readonly keyword: string;
  /** The queue's where the body does not say; null where what it says may be a person's. */
  readonly type: string | null;
}

export interface RefusedEvent extends Verdict {
  readonly name: string;
  /** Whose queue it is sent to, and the detail type under which it is put on the bus. */
  readonly sentAs: string;
  /** Why the bus cannot carry it. */
  readonly notOnBus?: string;
  readonly body: (id: string) => string;
}

/** An event with every personal field of its type, and the token where no schema looks: extensions, fields and names. */
export function makePersonalEvent(type: EventType, id: string, attributes: object = {}, data: object = {}) {
  return {
    specversion: '1.0',
    ...{ id, source: SOURCE, type, time: new Date().toISOString(), subject: `${TOKEN}@mail.example` },
    ...{ tracestate: TOKEN, [TOKEN]: TOKEN },
    data: { ...leastData[type], ...personalFields[type], note: TOKEN, [TOKEN]: { [TOKEN]: [TOKEN] }, ...data },
    ...attributes,
  };
}

const order = (attributes: object = {}, data: object = {}) => {
  return (id: string) => JSON.stringify(makePersonalEvent(ORDER, id, attributes, data));
};
/** The body of an order with a member more before those of `data`, as JSON text. */
const orderWith = (member: string) => (id: string) => order()(id).replace('"data":{', `"data":{${member},`);

/** Arrays that, below the event and its data, reach this depth. */
const nested = (depth: number) => `${'['.repeat(depth - 2)}"${TOKEN}"${']'.repeat(depth - 2)}`;

const body = (reason: 'too_large' | 'bad_encoding' | 'malformed', keyword: string) => ({
  ...{ reason, keyword, pointer: '', type: ORDER, sentAs: ORDER }, // what does not say its type is the queue's
});
const envelope = (pointer: string, keyword: string) => ({
  ...({ reason: 'bad_envelope', pointer, keyword, type: ORDER, sentAs: ORDER } as const),
});
const unknownVersion = { reason: 'unknown_version', keyword: 'enum', type: ORDER, sentAs: ORDER } as const;
const violation = (pointer: string, keyword: string) => ({
  ...({ reason: 'schema_violation', pointer, keyword, type: ORDER, sentAs: ORDER } as const),
});
const unknownType = { reason: 'unknown_type', pointer: '/type', keyword: 'enum' } as const;
const at = (hours: number) => ({ time: new Date(Date.now() + hours * HOUR).toISOString() });

/** The first field that each type requires holds an object instead. */
const violationsByType: readonly RefusedEvent[] = eventTypes.map(({ type }) => {
  const field = Object.keys(leastData[type])[0]!;
  return {
    name: `${type}: an object for ${field}`,
    ...{ reason: 'schema_violation', pointer: `/data/${field}`, keyword: 'type', type, sentAs: type },
    body: (id) => JSON.stringify(makePersonalEvent(type, id, {}, { [field]: { [TOKEN]: TOKEN } })),
  };
});

const padding = (bytes: number) => `"padding":"${TOKEN.repeat(Math.ceil(bytes / TOKEN.length)).slice(0, bytes)}"`;
const objectsOnly = 'PutEvents takes nothing but a JSON object as Detail';

/** Each reason by which ingestion refuses an event for what it is, with personal values all around. */
export const refusedEvents: readonly RefusedEvent[] = [
  { name: '256 KiB and a byte', ...body('too_large', 'maxBytes'), body: (id) => orderOfSize(id, MAX_BODY_BYTES + 1) },
  { name: 'an escaped NUL', ...body('bad_encoding', 'nul'), body: order({}, { note: `${TOKEN}\0` }) },
  {
    name: 'an escaped lone surrogate',
    ...body('bad_encoding', 'loneSurrogate'),
    body: order({}, { note: `${TOKEN}\ud800` }),
  },
  { name: 'a raw U+FFFD', ...body('bad_encoding', 'utf8'), body: order({}, { note: `${TOKEN}\ufffd` }) },
  {
    name: 'half an object',
    ...body('malformed', 'json'),
    body: (id) => order()(id).slice(0, -3),
    notOnBus: objectsOnly,
  },
  { name: 'a text', ...body('malformed', 'json'), body: (id) => `${TOKEN} ${id}`, notOnBus: objectsOnly },
  { name: 'depth 33', ...body('malformed', 'maxDepth'), body: orderWith(`"deep":${nested(MAX_DEPTH + 1)}`) },
  { name: '__proto__', ...body('malformed', 'forbiddenName'), body: orderWith(`"__proto__":{"note":"${TOKEN}"}`) },
  { name: 'constructor', ...body('malformed', 'forbiddenName'), body: orderWith(`"constructor":"${TOKEN}"`) },
  { name: 'prototype', ...body('malformed', 'forbiddenName'), body: orderWith(`"prototype":"${TOKEN}"`) },
  {
    name: 'a name given twice',
    ...body('malformed', 'uniqueNames'),
    body: orderWith(`"email":"${TOKEN}@mail.example"`),
  },
  {
    name: 'an array',
    ...envelope('', 'type'),
    body: (id) => JSON.stringify([TOKEN, id]),
    notOnBus: objectsOnly,
  },
  { name: 'another specversion', ...envelope('/specversion', 'const'), body: order({ specversion: TOKEN }) },
  { name: 'no time', ...envelope('/time', 'required'), body: order({ time: undefined }) },
  { name: 'a time that is none', ...envelope('/time', 'format'), body: order({ time: TOKEN }) },
  { name: 'a subject that is no text', ...envelope('/subject', 'type'), body: order({ subject: [TOKEN] }) },
  { name: 'data that is no object', ...envelope('/data', 'type'), body: order({ data: TOKEN }) },
  {
    name: 'another media type',
    ...envelope('/datacontenttype', 'format'),
    body: order({ datacontenttype: `text/${TOKEN}` }),
  },
  {
    name: 'a type of nobody',
    ...unknownType,
    type: 'shop.unheard.of',
    sentAs: UNMATCHED,
    body: order({ type: 'shop.unheard.of' }),
  },
  {
    name: 'an address as type',
    ...unknownType,
    type: null,
    sentAs: UNMATCHED,
    body: order({ type: `${TOKEN}@mail.example` }),
  },
  {
    name: "a type of nobody on a type's queue",
    ...unknownType,
    type: 'shop.unheard.of',
    sentAs: ORDER,
    body: order({ type: 'shop.unheard.of' }),
  },
  {
    name: 'v9 by dataschema',
    ...unknownVersion,
    pointer: '/dataschema',
    body: order({ dataschema: `https://${TOKEN}.example/v9` }),
  },
  {
    name: 'a version that is a text',
    ...unknownVersion,
    pointer: '/data/schema_version',
    body: order({}, { schema_version: TOKEN }),
  },
  ...violationsByType,
  { name: 'a status of nobody', ...violation('/data/status', 'enum'), body: order({}, { status: TOKEN }) },
  { name: 'no currency of this world', ...violation('/data/currency', 'format'), body: order({}, { currency: TOKEN }) },
  {
    name: 'an amount that is a text',
    ...violation('/data/total_amount', 'pattern'),
    body: order({}, { total_amount: TOKEN }),
  },
  {
    name: 'an id of 129 characters',
    ...violation('/data/customer_id', 'maxLength'),
    body: order({}, { customer_id: TOKEN.padEnd(129, 'x') }),
  },
  {
    name: 'a line without its price',
    ...violation('/data/items/0/unit_price', 'required'),
    body: order({}, { items: [{ product_id: TOKEN, quantity: 1 }] }),
  },
  {
    name: 'an email that is an object',
    ...violation('/data/email', 'type'),
    body: order({}, { email: { [TOKEN]: TOKEN } }),
  },
  {
    name: "a violation on another type's queue",
    ...violation('/data/status', 'enum'),
    sentAs: 'analytics.page_view',
    body: order({}, { status: TOKEN }),
  },
  { name: '91 days ago', ...violation('/time', 'minimum'), reason: 'beyond_retention', body: order(at(-91 * 24)) },
  { name: 'in 25 hours', ...violation('/time', 'maximum'), reason: 'in_the_future', body: order(at(25)) },
];

/** An order whose body has exactly so many bytes. */
export function orderOfSize(id: string, bytes: number): string {
  const least = orderWith(padding(0))(id);
  return orderWith(padding(bytes - Buffer.byteLength(least)))(id);
}
