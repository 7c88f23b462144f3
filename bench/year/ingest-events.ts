import type { Sql } from 'postgres';
import { maskEvent } from '#core/mask-event.ts';
import type { PseudonymKeys } from '#core/pseudonym-keys.ts';
import { readEvent } from '#core/read-event.ts';
import { toRows } from '#core/rows.ts';
import { ensureEventPartitions } from '#db/ensure-event-partitions.ts';
import { storeEvents } from '../../functions/ingest/store-events.ts';

const BATCH = 2_000;
/** Copies reach back a year: how long raw events are kept is not what is measured. */
const KEEP_DAYS = 400;

/** From body to commit as a consumer does it, of events that are all valid. */
export async function ingestEvents(sql: Sql, bodies: readonly string[], keys: PseudonymKeys): Promise<void> {
  const limits = { now: new Date(), rawRetentionDays: KEEP_DAYS, maxFutureHours: 24 };
  for (let start = 0; start < bodies.length; start += BATCH) {
    const rows = bodies.slice(start, start + BATCH).map((body) => {
      const result = readEvent(body, limits);
      if (!('event' in result))
        throw new Error(`an event of the seed is refused: ${result.rejection.reason} at ${result.rejection.pointer}`);
      return toRows(maskEvent(result.event, keys));
    });
    await ensureEventPartitions(
      sql,
      rows.map(({ event }) => event.occurred_at),
    );
    await storeEvents(sql, rows, keys);
  }
}
