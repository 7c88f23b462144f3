import type { Sql } from 'postgres';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import type { Route } from '../../functions/query/route.ts';
import { createDatabase } from '../setup/database.ts';
import { makeEvent, type TestEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

/** What the shop's questions are asked at. */
export const now = new Date('2026-06-30T12:00:00Z');

/** The time of an event. @param time day and time of June 2026 in UTC, as `10T12:00:00` */
export const at = (time: string) => ({ time: `2026-06-${time}Z` });

export const makeOrder = (id: string, time: string, data: object) =>
  makeEvent('orders.order.status_changed', { order_id: id, status: 'created', currency: 'EUR', ...data }, at(time));

export interface Shop {
  readonly owner: Sql;
  /** Through ingestion and aggregation; throws where one is refused. */
  readonly store: (events: readonly TestEvent[]) => Promise<void>;
  /** The body of a route's answer in UTC and euros, read as the query API reads. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
  readonly ask: (query: string) => Promise<any>;
  readonly close: () => Promise<void>;
}

/** A database of its own to ask one route of. */
export async function openShop(answer: Route): Promise<Shop> {
  const db = await createDatabase({ migrated: true });
  const owner = db.connect();
  const reader = db.connect('analytics_query', { max: 1 });
  const common = { database: () => reader, timeZone: 'UTC', currency: 'EUR', now };
  return {
    owner,
    store: async (events) => {
      const limits = { now, rawRetentionDays: 90, maxFutureHours: 24 };
      const { ingest, letters } = makeIngestion(db.connect('analytics_ingest'), { limits });
      const { failedIds } = await ingest(events);
      if (failedIds.length + letters.length > 0) throw new Error('events: expected all to be stored');
      await aggregateWindows(owner, { zone: 'UTC', limit: 1000 });
    },
    ask: async (query) => (await answer({ query: new URLSearchParams(query), ...common })).body,
    close: () => db.drop(),
  };
}
