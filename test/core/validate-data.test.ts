import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EventType, eventTypes } from '#contract/event-types.ts';
import { readEvent } from '#core/read-event.ts';
import { bodyWith, leastData, limits, makeCloudEvent } from './sample-events.ts';

const order = 'orders.order.status_changed';
const readBody = (body: string) => {
  const result = readEvent(body, limits);
  return 'event' in result ? result.event.data : `${result.rejection.pointer} ${result.rejection.keyword}`;
};
const read = (type: EventType, data: object) => readBody(JSON.stringify(makeCloudEvent(type, data)));

const line = { product_id: 'p1', quantity: 1, unit_price: '2.50' };
test.each<[string, EventType, object, string]>([
  ['created without currency', order, { status: 'created', items: [line] }, '/data/currency required'],
  ['created without items', order, { status: 'created', currency: 'EUR', total_amount: 1 }, '/data/items required'],
  ['created, items null', order, { status: 'created', currency: 'EUR', items: null }, '/data/items required'],
  ['created, no lines, no total', order, { status: 'created', currency: 'EUR', items: [] }, '/data/items minItems'],
  ['no unit price', order, { items: [{ ...line, unit_price: null }] }, '/data/items/0/unit_price required'],
  ['negative unit price', order, { items: [{ ...line, unit_price: -1 }] }, '/data/items/0/unit_price minimum'],
  [
    'negative unit price as text',
    order,
    { items: [{ ...line, unit_price: '-1' }] },
    '/data/items/0/unit_price pattern',
  ],
  ['quantity 0', order, { items: [line, { ...line, quantity: 0 }] }, '/data/items/1/quantity exclusiveMinimum'],
  ['quantity "0.00"', order, { items: [{ ...line, quantity: '0.00' }] }, '/data/items/0/quantity pattern'],
  ['a null line', order, { items: [null] }, '/data/items/0 type'],
  ['items as an object', order, { items: {} }, '/data/items type'],
  ['sequence 0', order, { sequence: 0 }, '/data/sequence minimum'],
  ['sequence 1.5', order, { sequence: 1.5 }, '/data/sequence type'],
  ['sequence 2^53', order, { sequence: 2 ** 53 }, '/data/sequence maximum'],
  ['order id null', order, { order_id: null }, '/data/order_id required'],
  ['order id empty', order, { order_id: '' }, '/data/order_id minLength'],
  ['order id of 129', order, { order_id: 'x'.repeat(129) }, '/data/order_id maxLength'],
  ['order id a number', order, { order_id: 7 }, '/data/order_id type'],
  ['a currency in small letters', order, { currency: 'eur' }, '/data/currency format'],
  ['no such currency', order, { currency: 'XYZ' }, '/data/currency format'],
  ['a long channel', order, { channel: 'x'.repeat(257) }, '/data/channel maxLength'],
  ['utm as text', order, { utm: 'x' }, '/data/utm type'],
  ['an object as email', order, { email: {} }, '/data/email type'],
  [
    'refunded without amount',
    'returns.return.status_changed',
    { status: 'refunded', currency: 'EUR' },
    '/data/refund_amount required',
  ],
  [
    'refunded without currency',
    'returns.return.status_changed',
    { status: 'refunded', refund_amount: 1 },
    '/data/currency required',
  ],
  ['return without order_id', 'returns.return.status_changed', { order_id: undefined }, '/data/order_id required'],
  ['negative refund', 'returns.return.status_changed', { refund_amount: -1 }, '/data/refund_amount minimum'],
  ['no such day', 'marketing.spend.recorded', { spend_date: '2026-02-29' }, '/data/spend_date format'],
  ['a day of year 0', 'marketing.spend.recorded', { spend_date: '0000-01-01' }, '/data/spend_date format'],
  ['clicks -1', 'marketing.spend.recorded', { clicks: -1 }, '/data/clicks minimum'],
  [
    'an estimate without offset',
    'shipping.shipment.status_changed',
    { estimated_delivery_at: '2026-01-01T00:00:00' },
    '/data/estimated_delivery_at format',
  ],
  ['another action', 'analytics.cart_changed', { action: 'drop' }, '/data/action enum'],
  ['an empty page url', 'analytics.page_view', { page_url: '' }, '/data/page_url minLength'],
  ['opt-in as text', 'customers.customer.updated', { marketing_opt_in: 'yes' }, '/data/marketing_opt_in type'],
])('%s', (_name, type, data, fault) => {
  expect(read(type, data)).toBe(fault);
});

const required = eventTypes.flatMap(({ type }) => Object.keys(leastData[type]).map((name) => [type, name] as const));
test.each(required)('%s requires %s', (type, name) => {
  expect(read(type, { [name]: undefined })).toBe(`/data/${name} required`);
});

describe('amounts', () => {
  test.each([
    ['12.50', '12.5'],
    ['1e3', '1000'],
    ['-0', '0'],
    ['0.1', '0.1'],
    ['-3.0001', '-3.0001'],
    ['"12.50"', '12.50'],
    ['"0.0001"', '0.0001'],
    ['999999999999', '999999999999'],
    ['"999999999999.9999"', '999999999999.9999'],
    ['549755813888.1234', '549755813888.1234'],
    ['999999999998.1235', '999999999998.1235'],
    ['999999999998.1236', '999999999998.1236'],
  ])('%s is kept as %s', (written, kept) => {
    expect(readBody(bodyWith(`"total_amount":${written}`))).toMatchObject({ total_amount: kept });
  });

  test.each([
    ['1e12', 'exclusiveMaximum'],
    ['-1e12', 'exclusiveMinimum'],
    ['0.00001', 'format'],
    ['1e-7', 'format'],
    ['12.34567', 'format'],
    ['9007199254740993', 'exclusiveMaximum'],
    ['"1e3"', 'pattern'],
    ['"1.23456"', 'pattern'],
    ['"1000000000000"', 'pattern'],
    ['" 1"', 'pattern'],
    ['"1,5"', 'pattern'],
    ['".5"', 'pattern'],
    ['"٣"', 'pattern'],
    ['""', 'pattern'],
    ['"NaN"', 'pattern'],
    ['true', 'type'],
    ['[]', 'type'],
  ])('%s is refused by %s', (written, keyword) => {
    expect(readBody(bodyWith(`"total_amount":${written}`))).toBe(`/data/total_amount ${keyword}`);
  });

  test('every amount of 4 decimals is kept to the digit, written as a number or as text', () => {
    const scaled = fc.bigInt({ min: -(10n ** 16n) + 1n, max: 10n ** 16n - 1n });
    fc.assert(
      fc.property(scaled, (units) => {
        const digits = String(units < 0n ? -units : units).padStart(5, '0');
        const text = `${units < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
        for (const written of [text, `"${text}"`]) {
          const data = readBody(bodyWith(`"total_amount":${written}`)) as { total_amount: string };
          const [whole = '', decimals = ''] = data.total_amount.split('.');
          expect(BigInt(whole + decimals.padEnd(4, '0'))).toBe(units);
        }
      }),
    );
  });
});

test('nulls are dropped, instants are UTC, unnamed fields are dropped at every level', () => {
  const written = {
    ...{ channel: null, toString: 'x', unknown: { email: 'a' }, sequence: 3 },
    utm: { source: 'x', term: null, unknown: 1 },
    items: [{ ...line, sku: null, unknown: 1, discount_amount: 1.5 }],
    schema_version: 'v1',
  };
  expect(read(order, written)).toStrictEqual({
    ...{ order_id: 'o1', status: 'paid', sequence: 3, schema_version: 'v1' },
    utm: { source: 'x' },
    items: [{ product_id: 'p1', quantity: '1', unit_price: '2.50', discount_amount: '1.5' }],
  });
  expect(read('customers.customer.updated', { registered_at: '2026-01-31T23:30:00-02:00' })).toMatchObject({
    registered_at: '2026-02-01T01:30:00.000000Z',
  });
  expect(read('returns.return.status_changed', {})).toStrictEqual({
    return_id: 'r1',
    order_id: null,
    status: 'requested',
  });
});
