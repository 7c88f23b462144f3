import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comingMonths, isPastRetention, ledgerDays } from '#core/retention.ts';
import { ensureEventPartitions } from '#db/ensure-event-partitions.ts';
import { expireRows } from '../../functions/jobs/expire-rows.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

let db: TestDatabase;
let owner: Sql;
beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  owner = db.connect();
});
afterAll(() => db.drop());

const partitions = async () =>
  (
    await owner`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'analytics_events'::regclass order by 1`
  ).map(({ name }) => name as string);

describe('partitions', () => {
  it('are made a thousand times at once without an error, each once', async () => {
    const months = comingMonths(new Date('2026-11-22T12:00:00Z'));
    const errors: unknown[] = [];
    const clients = Array.from({ length: 40 }, () => db.connect('analytics_ingest', { max: 1 }));
    await Promise.all(clients.map((client) => client`select 1`));
    await Promise.all(
      clients.map(async (client) => {
        for (let n = 0; n < 25; n++)
          await ensureEventPartitions(client, months).catch((error: unknown) => errors.push(error));
        await client.end();
      }),
    );
    console.info(`1000 times at once by 40 connections: ${errors.length} errors`);
    expect(errors).toEqual([]);
    expect(await partitions()).toEqual(
      ['2026_11', '2026_12', '2027_01', '2027_02'].map((month) => `analytics_events_${month}`),
    );
  });

  it('are there after three missed runs, with two months to spare', () => {
    const made = comingMonths(new Date('2026-11-28T04:00:00Z')).map((month) => month.slice(0, 7));
    expect(made).toContain('2026-12'); // the run after the three is on the 2nd
    expect(made).toContain('2027-02');
  });
});

describe('a month is past retention', () => {
  it('when its last instant is, and a margin, by the clock', () => {
    // 31 August ends; 90 days and the margin of 2 later it is 1 December
    expect(isPastRetention('2026-08', new Date('2026-12-02T00:00:00Z'), 90)).toBe(false);
    expect(isPastRetention('2026-08', new Date('2026-12-02T00:00:01Z'), 90)).toBe(true);
    expect(isPastRetention('2026-08', new Date('2026-12-02T00:00:01Z'), 91)).toBe(false);
  });

  it('never while an event of it would be accepted, on any day of ten years and for any retention', () => {
    for (let day = 0; day < 3_650; day++) {
      const now = new Date(Date.UTC(2024, 0, 1 + day, 23, 59, 59));
      for (const retention of [1, 30, 90, 365]) {
        const oldestAccepted = new Date(now.getTime() - retention * 86_400_000);
        expect(isPastRetention(oldestAccepted.toISOString().slice(0, 7), now, retention)).toBe(false);
      }
    }
  });
});

describe('the ledger', () => {
  it('keeps what could come again: raw retention and the archive on top, and what was ahead of the clock', () => {
    expect(ledgerDays('auto', 90, 24)).toBe(183);
    expect(ledgerDays(183, 90, 24)).toBe(183);
    expect(() => ledgerDays(182, 90, 24)).toThrow('LEDGER_RETENTION_DAYS: expected auto, or 183 at least');
  });

  it('and dead letters and runs lose in slices what is past, and nothing else', async () => {
    const now = new Date('2026-11-22T04:00:00Z');
    await owner`insert into processed_events (event_source, event_id, content_hash, key_version, processed_at)
      select '/shop', n::text, 'h', 'v1', ${now.toISOString()}::text::timestamptz - n * interval '1 day' from generate_series(1, 400) as n`;
    await owner`insert into dead_letter_queue (deduplication_key, reason, pointer, keyword, queue, received_at, masked_view, original, data_key, status)
      select n::text, 'malformed', '', '', 'q', ${now.toISOString()}::text::timestamptz - n * interval '1 day', '{}', '', '', case when n % 2 = 0 then 'open' else 'discarded' end
      from generate_series(1, 100) as n`;
    await owner`insert into job_runs (job, status, started_at)
      select case n % 2 when 0 then 'aggregate' else 'gone' end, 'succeeded', ${now.toISOString()}::text::timestamptz - n * interval '1 day'
      from generate_series(80, 110) as n where n % 2 = 0 or n > 100`;
    const sql = db.connect('analytics_retain', { max: 1 });
    const retention = { ledgerDays: 183, deadLetterDays: 90 };
    let slices = 0;
    const cut = await expireRows(sql, now, retention, () => ++slices <= 2, 10);
    expect(cut).toMatchObject({ deadLetters: 10, openDeadLetters: 5, isDone: false });
    const rest = await expireRows(sql, now, retention, () => true, 10);
    // of 'gone' the newest run stays, old as it is
    expect(rest).toMatchObject({ ledger: 400 - 183, isDone: true });
    const [left] = await owner`select
      (select count(*)::int from processed_events) as ledger, (select max(now() - processed_at) is not null from processed_events) as any,
      (select count(*)::int from dead_letter_queue) as letters, (select count(*)::int from job_runs where job = 'gone') as gone,
      (select count(*)::int from job_runs where job = 'aggregate') as aggregate`;
    expect(left).toMatchObject({ ledger: 183, letters: 90, gone: 1, aggregate: 6 });
  });
});
