import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFreshnessOfStore } from '#db/read-freshness-of-store.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
});
afterAll(() => database.drop());

const HOUR_MS = 3_600_000;

it('as the role of the jobs: the newest event of two days, and the hours that are dirty', async () => {
  const sql = database.connect('analytics_jobs');
  const now = new Date();
  expect(await readFreshnessOfStore(sql, now)).toEqual({ newestEventAt: null, pendingWindows: 0 });

  const ingest = (hours: number) => {
    const time = new Date(now.getTime() - hours * HOUR_MS).toISOString();
    const event = makeEvent('analytics.page_view', { session_id: 's', page_url: 'https://shop.example/' }, { time });
    return makeIngestion(database.connect('analytics_ingest')).ingest([event]);
  };
  for (const [hours, newest] of [
    [72, null],
    [30, 30],
    [0.5, 0.5],
    [20, 0.5],
  ] as const) {
    expect(await ingest(hours)).toMatchObject({ stored: 1 });
    const { newestEventAt } = await readFreshnessOfStore(sql, now);
    expect(newestEventAt).toEqual(newest === null ? null : new Date(now.getTime() - newest * HOUR_MS));
  }
  await sql`delete from dirty_windows`;
  await sql`insert into dirty_windows (hour) values ('2026-01-01T10:00Z'), ('2026-01-01T10:00Z'), ('2026-01-01T11:00Z')`;
  expect(await readFreshnessOfStore(sql, now)).toMatchObject({ pendingWindows: 2 });
});
