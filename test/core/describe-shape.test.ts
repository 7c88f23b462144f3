import { expect, test } from 'vitest';
import { describeShape } from '#core/describe-shape.ts';
import { makeCloudEvent } from './sample-events.ts';

test('shows known names with type and length, and no value', () => {
  const event = makeCloudEvent('orders.order.status_changed', {
    email: 'anna@example.com',
    annas_note: 'x',
    items: [{ quantity: 0 }],
  });
  expect(describeShape(JSON.stringify({ ...event, 'anna@example.com': true }))).toEqual({
    specversion: 'string(3)',
    id: 'string(2)',
    source: 'string(10)',
    type: 'string(27)',
    time: 'string(20)',
    data: {
      order_id: 'string(2)',
      status: 'string(4)',
      email: 'string(16)',
      items: ['array(1)', { quantity: 'number' }],
      '*': '1 more',
    },
    '*': '1 more',
  });
});

test.each([
  ['anna@example.com', 'text(16)'],
  ['', 'text(0)'],
  ['"anna"', 'string(4)'],
  ['null', 'null'],
  ['[]', 'array(0)'],
  ['{"__proto__":{"id":"anna"},"constructor":1}', { '*': '2 more' }],
  [`[${'{},'.repeat(999)}{}]`, ['array(1000)', {}]],
])('of %j', (body, shape) => {
  expect(describeShape(body)).toEqual(shape);
});

test('goes no deeper than an event may be', () => {
  const body = '['.repeat(100_000) + ']'.repeat(100_000);
  expect(JSON.stringify(describeShape(body)).match(/array/g)).toHaveLength(32);
});
