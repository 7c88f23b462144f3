import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type EventType, eventTypes } from '#contract/event-types.ts';
import type { ValidEvent } from '#core/event.ts';
import { contentHash, maskEvent } from '#core/mask-event.ts';
import { readEvent } from '#core/read-event.ts';
import { leastData, limits, makeCloudEvent } from './sample-events.ts';

const key = Buffer.alloc(32, 7);
const keys = { current: 'v1', keys: new Map([['v1', key]]) };

const read = (type: EventType, data: object, attributes: object = {}): ValidEvent => {
  const result = readEvent(JSON.stringify(makeCloudEvent(type, data, attributes)), limits);
  if ('rejection' in result) throw new Error(JSON.stringify(result.rejection));
  return result.event;
};

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly 'x-personal'?: string;
}
const readSchema = (name: string): Schema =>
  JSON.parse(readFileSync(new URL(`../../schemas/${name}`, import.meta.url), 'utf8'));
const definitions = readSchema('definitions.json').$defs ?? {};
const resolve = (schema: Schema): Schema =>
  schema.$ref ? (definitions[schema.$ref.split('/').at(-1) ?? ''] ?? {}) : schema;

/** A personal value of each kind, all of whose parts must vanish. */
const canaries: Readonly<Record<string, string>> = {
  email: 'Canary.Kestrel@kestrel-example.org',
  ip: '198.51.100.237',
  userAgent: 'KestrelAgent/9.1 (canary; kestrel@kestrel-example.org)',
  name: 'Canary Kestrel',
  phone: '+49 151 55501234',
  tracking: 'CANARYTRACK0009981',
  birthDate: '1987-06-05',
  address: 'Kestrel Lane 7, Canaryville',
  url: 'https://canary:kestrel@shop.example/u/Canary.Kestrel@kestrel-example.org/4915155501234?token=kestreltoken&utm_term=canary%40kestrel-example.org#kestrelfragment',
  freeText: 'Canary.Kestrel%40kestrel-example.org',
};
const fragments = [
  'kestrel',
  'canary',
  '198.51.100.237',
  '15155501234',
  '151 55501234',
  '0009981',
  '06-05',
  '55501234',
];

/** Every personal field of the schema with its canary, and unknown fields at every level. */
function plant(schema: Schema): unknown {
  const { properties, items, ...rest } = resolve(schema);
  if (rest['x-personal']) return canaries[rest['x-personal']];
  if (items) return [{ ...(plant(items) as object), product_id: 'p1', quantity: 1, unit_price: 1 }];
  if (!properties) return undefined;
  const planted = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, plant(field)]));
  return { ...planted, kestrel_note: 'canary@kestrel-example.org', nested: { canary: ['kestrel'] } };
}

const forms = (text: string) => [
  text,
  Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -1),
  Buffer.from(text).toString('hex'),
  encodeURIComponent(text),
];

describe.each(eventTypes.map(({ type }) => type))('%s', (type) => {
  const data = { ...(plant(readSchema(`${type}.v1.json`)) as object), ...leastData[type] };
  const personal = type === 'analytics.page_view' ? { ...data, page_url: canaries.url } : data;
  const masked = maskEvent(read(type, personal, { subject: canaries.email, kestrelext: 'canary' }), keys);

  test('holds nothing of what is personal or unnamed, in no form', () => {
    const text = JSON.stringify(masked).toLowerCase();
    const found = [...fragments, ...Object.values(canaries)]
      .flatMap(forms)
      .filter((form) => text.includes(form.toLowerCase()));
    expect(found).toEqual([]);
  });

  test('keeps what is required and not personal', () => {
    const kept = Object.entries(leastData[type]).filter(([name]) => name !== 'page_url');
    for (const [name, value] of kept) {
      const expected = name === 'quantity' || name === 'amount' || name === 'on_hand' ? String(value) : value;
      expect(masked.data[name]).toEqual(expected);
    }
  });
});

test('an order keeps what numbers need and masks the rest in place', () => {
  const address = { line1: 'Lane 7', city: 'Berlin', postal_code: '10115', region: 'BE', country: 'DE' };
  const masked = maskEvent(
    read('orders.order.status_changed', {
      ...{ customer_id: 'c1', customer_name: 'Anna', email: 'anna@gmail.com', shipping_address: address },
      utm: { source: 'google', campaign: 'anna@example.com' },
    }),
    keys,
  );
  expect(masked.data).toEqual({
    ...{ order_id: 'o1', status: 'paid', customer_id: 'c1', customer_name: 'A***' },
    email: { hmac: expect.stringMatching(/^[\w-]{24}$/), key: 'v1', domain: 'gmail.com' },
    shipping_address: { city: 'Berlin', region: 'BE', country: 'DE' },
    utm: { source: 'google', campaign: '***' },
  });
});

test('only the year of a birth date is kept', () => {
  const masked = maskEvent(read('customers.customer.updated', { birth_date: '1987-06-05' }), keys);
  expect(masked.data.birth_date).toBe('1987');
});

test.each([
  ['o1', 'o1'],
  ['c1', 'c1'],
  ['paid', null],
  ['anna@example.com', null],
  [undefined, null],
])('subject %s is kept as %s', (subject, kept) => {
  const event = read('orders.order.status_changed', { customer_id: 'c1' }, { subject });
  expect(maskEvent(event, keys).subject).toBe(kept);
});

test('the content hash is keyed, names its key, and can be made again under an older key', () => {
  const event = read('customers.customer.updated', {});
  const older = Buffer.alloc(32, 9);
  const rotated = { current: 'v2', keys: new Map([...keys.keys, ['v2', older]]) };
  expect(maskEvent(event, keys)).toMatchObject({ contentHash: contentHash(event.canonical, key), keyVersion: 'v1' });
  expect(maskEvent(event, rotated)).toMatchObject({
    contentHash: contentHash(event.canonical, older),
    keyVersion: 'v2',
  });
  expect(contentHash(event.canonical, key)).not.toBe(contentHash(event.canonical, older));
});

test('masking leaves the event as it was', () => {
  const event = read('customers.customer.updated', { email: 'anna@example.com' });
  const before = structuredClone(event);
  maskEvent(event, keys);
  expect(event).toEqual(before);
});

test('without the current key nothing is masked', () => {
  const event = read('customers.customer.updated', {});
  expect(() => maskEvent(event, { current: 'v3', keys: keys.keys })).toThrow('v3');
});
