import { describe, expect, test } from 'vitest';
import { checkPattern, type EventPattern, matchesPattern } from '../../local/bus/match-pattern.ts';

const event = {
  source: '/shop/orders',
  'detail-type': 'orders.created',
  resources: ['a', 'b'],
  detail: { status: 'paid', amount: 0, note: null, nested: { deep: ['x', 'y'] } },
};

describe('a pattern', () => {
  test.each<[string, EventPattern, boolean]>([
    ['exact', { 'detail-type': ['orders.created'] }, true],
    ['exact, other', { 'detail-type': ['orders.deleted'] }, false],
    ['any of several', { 'detail-type': ['x', 'orders.created'] }, true],
    ['every field', { source: ['/shop/orders'], 'detail-type': ['x'] }, false],
    ['prefix', { source: [{ prefix: '/shop' }] }, true],
    ['prefix, other', { source: [{ prefix: 'shop' }] }, false],
    ['prefix of nothing matches every text', { source: [{ prefix: '' }] }, true],
    ['suffix', { source: [{ suffix: 'orders' }] }, true],
    ['ignoring case', { source: [{ 'equals-ignore-case': '/SHOP/ORDERS' }] }, true],
    ['anything but a text', { 'detail-type': [{ 'anything-but': 'x' }] }, true],
    ['anything but a list, in it', { 'detail-type': [{ 'anything-but': ['x', 'orders.created'] }] }, false],
    ['anything but a list, outside it', { 'detail-type': [{ 'anything-but': ['x', 'y'] }] }, true],
    ['anything but a prefix', { 'detail-type': [{ 'anything-but': { prefix: 'orders.' } }] }, false],
    ['anything but prefixes', { 'detail-type': [{ 'anything-but': { prefix: ['x', 'orders.'] } }] }, false],
    ['anything but, of a missing field', { missing: [{ 'anything-but': 'x' }] }, false],
    ['nested', { detail: { status: ['paid'] } }, true],
    ['nested deeper, any element', { detail: { nested: { deep: ['y'] } } }, true],
    ['a list in the event', { resources: ['b'] }, true],
    ['null', { detail: { note: [null] } }, true],
    ['a number is not its text', { detail: { amount: ['0'] } }, false],
    ['a number', { detail: { amount: [0] } }, true],
    ['exists', { detail: { status: [{ exists: true }] } }, true],
    ['exists not', { detail: { other: [{ exists: false }] } }, true],
    ['into what is no object', { detail: { status: { more: ['x'] } } }, false],
    ['a name of Object.prototype', { constructor: [{ exists: true }] }, false],
  ])('%s', (_name, pattern, matches) => {
    expect(matchesPattern(pattern, event)).toBe(matches);
  });

  test('with an operator that is not matched here is refused by name', () => {
    expect(() => checkPattern({ detail: { amount: [{ numeric: ['>', 0] }] } })).toThrow(/numeric/);
  });
});
