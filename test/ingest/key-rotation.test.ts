import { randomBytes } from 'node:crypto';
import type { Sql } from 'postgres';
import { Temporal } from 'temporal-polyfill';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PseudonymKeys } from '#core/pseudonym-keys.ts';
import { countActiveCustomers } from '#db/query/count-active-customers.ts';
import { countBuyers } from '#db/query/count-buyers.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent, type TestEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

const v1 = ['v1', randomBytes(32)] as const;
const v2 = ['v2', randomBytes(32)] as const;
const before: PseudonymKeys = { current: 'v1', keys: new Map([v1]) };
const after: PseudonymKeys = { current: 'v2', keys: new Map([v1, v2]) };
const limits = { now: new Date('2026-11-22T12:00:00Z'), rawRetentionDays: 90, maxFutureHours: 24 };

let database: TestDatabase;
let sql: Sql;
beforeEach(async () => {
  database = await createDatabase({ migrated: true });
  sql = database.connect();
});
afterEach(() => database.drop());

/** As another environment: its map of known identities is empty, so that the ledger decides. */
const ingestionUnder = (keys: PseudonymKeys) =>
  makeIngestion(database.connect('analytics_ingest', { max: 1 }), { keys, limits });

const order = (id: string, day: number, customer: string, amount: number) =>
  makeEvent(
    'orders.order.status_changed',
    {
      ...{ order_id: id, status: 'created', currency: 'EUR', items: [], total_amount: amount },
      ...{ customer_id: customer, email: `${customer}@gmail.com` },
    },
    { time: new Date(Date.UTC(2026, 10, day, 9)).toISOString() },
  );

it('makes pseudonyms under the new key and leaves those of the old', async () => {
  await ingestionUnder(before).ingest([order('o-1', 2, 'ada', 10)]);
  await ingestionUnder(after).ingest([order('o-2', 8, 'ada', 20)]);
  const rows =
    await sql`select data #>> '{email,key}' as key, data #>> '{email,hmac}' as hmac from analytics_events order by order_id`;
  expect(rows.map(({ key }) => key)).toEqual(['v1', 'v2']);
  expect(new Set(rows.map(({ hmac }) => hmac)).size).toBe(2);
});

it('knows a duplicate and a conflict of what was stored under the old key', async () => {
  const stored = [order('o-1', 2, 'ada', 10), order('o-2', 3, 'ben', 10)] as const;
  await ingestionUnder(before).ingest(stored);
  const { ingest, letters } = ingestionUnder(after);
  const changed: TestEvent = { ...stored[1], data: { ...stored[1].data, total_amount: 11 } };
  expect(await ingest([stored[0], changed])).toMatchObject({ stored: 0, duplicates: 1, rejected: 1 });
  expect(letters.map(({ rejection }) => rejection.reason)).toEqual(['identity_conflict']);
});

it('changes no figure about customers, which hang on their ids', async () => {
  const events = [
    ...[order('o-1', 2, 'ada', 10), order('o-2', 8, 'ada', 20), order('o-3', 15, 'ada', 30)],
    ...[order('o-4', 3, 'ben', 40), order('o-5', 9, 'cleo', 50)],
  ];
  const at = (day: number) => Temporal.Instant.from(`2026-11-${String(day).padStart(2, '0')}T00:00Z`);
  const figures = async () => {
    const answer = await sql.begin(async (tx) => ({
      first: await countBuyers(tx, { from: at(1), to: at(7) }, null),
      second: await countBuyers(tx, { from: at(7), to: at(20) }, null),
      active: await countActiveCustomers(tx, { from: at(1), to: at(20) }),
      cohorts: await tx`
        select date_trunc('week', first) as cohort, count(*)::int as size, sum(orders)::int as orders, sum(gross)::text as gross
        from (select min(created_at) as first, count(*) as orders, sum(gross) as gross from orders group by customer_id) as customer
        group by 1 order by 1`,
      lifetimeValue:
        await tx`select sum(gross - discounts)::text as value from orders group by customer_id order by customer_id`,
    }));
    return { ...answer, cohorts: [...answer.cohorts], lifetimeValue: [...answer.lifetimeValue] };
  };
  await ingestionUnder(before).ingest(events);
  const withoutRotation = await figures();
  expect(withoutRotation).toMatchObject({
    first: { new: 2, returning: 0 },
    second: { new: 1, returning: 1 },
    active: 3,
  });

  await sql`truncate processed_events, analytics_events, active_users, orders, order_lines`;
  await ingestionUnder(before).ingest(events.filter((_, index) => index % 2 === 0));
  await ingestionUnder(after).ingest(events.filter((_, index) => index % 2 === 1));
  expect(await figures()).toEqual(withoutRotation);
});

describe('functions that have read the secret at different times', () => {
  const added: PseudonymKeys = { current: 'v1', keys: new Map([v1, v2]) };
  const events = [order('o-1', 2, 'ada', 10), order('o-2', 3, 'ben', 20)];

  it.each([
    ['before and after the key was added', before, added],
    ['before and after it was named current', added, after],
  ])('understand each other: %s', async (_, one, other) => {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      await sql`truncate processed_events, analytics_events, active_users, orders, order_lines`;
      expect(await ingestionUnder(first).ingest(events)).toMatchObject({ stored: 2 });
      expect(await ingestionUnder(second).ingest(events)).toMatchObject({ stored: 0, duplicates: 2, rejected: 0 });
    }
  });

  it('do not when both steps are taken at once, which is why the runbook waits', async () => {
    await ingestionUnder(after).ingest(events);
    const changed = events.map((event) => ({ ...event, data: { ...event.data, total_amount: 99 } }));
    // Without its key, what was stored cannot be compared: a conflict passes for a duplicate
    expect(await ingestionUnder(before).ingest(changed)).toMatchObject({ duplicates: 2, rejected: 0 });
    expect(await ingestionUnder(added).ingest(changed)).toMatchObject({ duplicates: 0, rejected: 2 });
  });
});
