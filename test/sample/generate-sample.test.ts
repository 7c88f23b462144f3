import { describe, expect, it } from 'vitest';
import { eventTypes } from '#contract/event-types.ts';
import { readEvent } from '#core/read-event.ts';
import { DAY } from '../../local/sample/cloud-event.ts';
import { generateSample } from '../../local/sample/generate-sample.ts';

const end = new Date('2026-11-22T14:30:00.000Z');
const sample = generateSample({ seed: 'shop', end });
const identity = ({ source, id }: { source: string; id: string }) => `${source} ${id}`;

/** What ingestion decides on each event in its turn, in memory. */
function readAll() {
  const limits = { now: end, rawRetentionDays: 90, maxFutureHours: 24 };
  const contents = new Map<string, string>();
  const found = { stored: 0, duplicates: 0, invalid: {} as Record<string, number> };
  const refuse = (reason: string) => {
    found.invalid[reason] = (found.invalid[reason] ?? 0) + 1;
  };
  for (const sent of sample.events) {
    const result = readEvent(JSON.stringify(sent), limits);
    if ('rejection' in result) {
      refuse(result.rejection.reason);
      continue;
    }
    const { canonical } = result.event;
    const before = contents.get(identity(sent));
    if (before === undefined) {
      contents.set(identity(sent), canonical);
      found.stored++;
    } else if (before === canonical) found.duplicates++;
    else refuse('identity_conflict');
  }
  return found;
}

describe('generateSample', () => {
  it('answers the same events for the same seed and end', () => {
    expect(generateSample({ seed: 'shop', end })).toEqual(sample);
  });

  it('answers other identities for another end, and for another seed', () => {
    const own = new Set(sample.events.map(identity));
    const later = generateSample({ seed: 'shop', end: new Date(end.getTime() + 1000) });
    const other = generateSample({ seed: 'other', end });
    expect([...later.events, ...other.events].filter((event) => own.has(identity(event)))).toEqual([]);
  });

  it('has a size that drains within a minute', () => {
    expect(sample.events.length).toBeGreaterThan(25_000);
    expect(sample.events.length).toBeLessThan(30_000);
    expect(sample.expected.total).toBe(sample.events.length);
  });

  it('ends at its end and begins four weeks before', () => {
    const valid = sample.events.filter(({ id }) => !id.startsWith('mistake'));
    const times = valid.map(({ time }) => Date.parse(time)).sort((a, b) => a - b);
    expect(times[0]).toBeGreaterThanOrEqual(end.getTime() - 28 * DAY);
    expect(times.at(-1)).toBeLessThanOrEqual(end.getTime());
  });

  it('is read with the counts that it foretells, reason by reason', () => {
    const { stored, duplicates, invalid } = sample.expected;
    expect(readAll()).toEqual({ stored, duplicates, invalid });
    expect(Object.keys(invalid).length).toBeGreaterThanOrEqual(8);
  });

  it('holds every type of the contract table, and late events', () => {
    const types = new Set(sample.events.map(({ type }) => type));
    for (const { type } of eventTypes) expect(types).toContain(type);
    expect(sample.expected.late).toBeGreaterThan(100);
  });

  it('leaves out types that are not asked for, and changes no other event by that', () => {
    const types = eventTypes.map(({ type }) => type as string);
    const more = generateSample({ seed: 'shop', end, types: [...types, 'analytics.checkout_started'] });
    const fewer = generateSample({ seed: 'shop', end, types: ['orders.order.status_changed'] });
    const ordersOf = ({ events }: typeof more) =>
      new Set(
        events.filter(({ type, id }) => type.startsWith('orders') && !id.startsWith('mistake')).map(({ id }) => id),
      );
    expect(more.events.some(({ type }) => type === 'analytics.checkout_started')).toBe(true);
    expect(fewer.events.some(({ type }) => type === 'analytics.product_view')).toBe(false);
    expect(ordersOf(fewer)).toEqual(ordersOf(more));
  });

  it('sells like a shop: about 60 an order, 2 to 4 in a hundred sessions order', () => {
    interface Order {
      readonly items: { readonly quantity: number; readonly unit_price: string; readonly discount_amount?: string }[];
      readonly discount_amount: string;
      readonly session_id?: string;
    }
    const orders = new Map(
      sample.events
        .filter(({ id }) => id.startsWith('O-') && id.endsWith('-created'))
        .map((event) => [event.id, event.data as unknown as Order]),
    );
    const sessions = new Set(sample.events.flatMap(({ data }) => data.session_id ?? []));
    const value = [...orders.values()].reduce(
      (sum, { items, discount_amount }) =>
        items.reduce(
          (all, line) => all + line.quantity * Number(line.unit_price) - Number(line.discount_amount ?? 0),
          sum,
        ) - Number(discount_amount),
      0,
    );
    const converted = [...orders.values()].filter(({ session_id }) => session_id).length;
    expect(value / orders.size).toBeGreaterThan(50);
    expect(value / orders.size).toBeLessThan(70);
    expect(converted / sessions.size).toBeGreaterThan(0.02);
    expect(converted / sessions.size).toBeLessThan(0.04);
  });

  it('invents its people: reserved addresses, domains and numbers only', () => {
    for (const { data } of sample.events) {
      if (data.email) expect(data.email).toMatch(/@example\.com$/);
      if (data.ip_address) expect(data.ip_address).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113)\.|^2001:db8:/);
      if (data.phone) expect(data.phone).toMatch(/^\+44 20 7946 0\d{3}$/);
    }
  });
});
