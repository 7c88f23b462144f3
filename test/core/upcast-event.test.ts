import { describe, expect, it } from 'vitest';
import type { MaskedEvent } from '#core/event.ts';
import { checkUpcasts, type Upcasts, upcastEvent } from '#core/upcast-event.ts';

const upcasts: Upcasts = {
  v1: ({ total, ...rest }) => ({ ...rest, sum: total ?? null }),
  v2: ({ sum, ...rest }) => ({ ...rest, paid: { amount: sum ?? null } }),
};
const eventOf = (version: string, data: object) => ({ id: 'e', version, data }) as unknown as MaskedEvent;

describe('an event', () => {
  it.each([
    ['v1', { id: 1, total: '2' }],
    ['v2', { id: 1, sum: '2' }],
    ['v3', { id: 1, paid: { amount: '2' } }],
  ])('of %s takes the newest shape and remembers what it was written in', (version, data) => {
    const event = eventOf(version, data);
    const before = structuredClone(event);
    expect(upcastEvent(event, upcasts)).toEqual({ id: 'e', version, data: { id: 1, paid: { amount: '2' } } });
    expect(event).toEqual(before);
  });

  it('of a type with one version is left as it is', () => {
    const event = eventOf('v1', { id: 1 });
    expect(upcastEvent(event)).toBe(event);
  });
});

describe('upcasts', () => {
  it('are whole', () => {
    expect(() => checkUpcasts('rows/x.ts', ['v1', 'v2', 'v3'], upcasts)).not.toThrow();
    expect(() => checkUpcasts('rows/x.ts', ['v1'])).not.toThrow();
  });

  it.each<[string, readonly string[], Upcasts, string]>([
    ['lack a version', ['v1', 'v2', 'v3'], { v2: upcasts.v2! }, 'rows/x.ts: upcasts lacks v1'],
    ['hold the newest', ['v1', 'v2'], upcasts, 'rows/x.ts: upcasts holds the newest version v2'],
    ['of versions with a gap', ['v1', 'v3'], upcasts, 'versions must be v1, v2, …, and v3 is out of order'],
  ])('that %s are refused', (_what, versions, given, message) => {
    expect(() => checkUpcasts('rows/x.ts', versions, given)).toThrow(message);
  });
});
