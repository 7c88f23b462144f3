import type { Sql } from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { listAuditedTables } from '#db/audit/list-audited-tables.ts';
import { countFindings } from '#db/audit/record-findings.ts';
import { captureBatch } from '../../functions/dlq/capture-batch.ts';
import { type AuditOutcome, auditTables } from '../../functions/jobs/audit-tables.ts';
import { generateSample } from '../../local/sample/generate-sample.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeRecord } from '../setup/events.ts';
import { makeIngestion, testKeys } from '../setup/ingestion.ts';

const CANARY = 'zq-planted-xk';
const now = new Date();
let db: TestDatabase;
let owner: Sql;
let audit: Sql;
let stored = 0;

/** The sample's way through reading, masking, storing, capturing and rolling up. */
async function storeSample(): Promise<void> {
  const { events } = generateSample({ seed: 'audit', end: now });
  const { ingest, letters, failures, dependencies } = makeIngestion(db.connect('analytics_ingest'));
  for (let at = 0; at < events.length; at += 1000) {
    stored += (await ingest(events.slice(at, at + 1000).map((event) => JSON.stringify(event)))).stored;
  }
  expect(failures).toEqual([]);
  const dataKey = { plain: Buffer.alloc(32, 1), sealed: Buffer.from('sealed') };
  const records = letters.map(({ record }) => makeRecord(record.body));
  await captureBatch(records, {
    ...{ sql: db.connect('analytics_dlq'), keys: testKeys, limits: dependencies.limits },
    generateDataKey: async () => dataKey,
  });
  await aggregateWindows(db.connect('analytics_jobs'), { zone: 'UTC', limit: 10_000 });
}

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  owner = db.connect();
  audit = db.connect('analytics_audit');
  await storeSample();
});
beforeEach(() => owner`truncate pii_findings`);
afterAll(() => db.drop());

const pass = (passStartedAt: string, position = {}, hasTime = () => true, canaries: string[] = []) =>
  auditTables(audit, { position: { passStartedAt, ...position }, canaries, hasTime });
const findings = () =>
  owner`select table_name, column_name, path, detector, found::int from pii_findings order by 1, 2, 3, 4`.values();

describe('the audit of stored data', () => {
  it('finds nothing in the sample, and has read all of it', async () => {
    const { rows, next } = await pass('2026-11-22T03:00:00Z');
    expect(await findings()).toEqual([]);
    expect(next).toBeNull();
    expect(stored).toBeGreaterThan(20_000);
    // each event is at least in the ledger and in its partition
    expect(rows).toBeGreaterThan(stored * 2);
  });

  it('goes on where the time ended, and counts no row twice', async () => {
    const whole = await pass('2026-11-22T03:00:00Z');
    let rows = 0;
    let runs = 0;
    let next: AuditOutcome['next'] = null;
    do {
      let reads = 0;
      const outcome = await pass('2026-11-22T04:00:00Z', next ?? {}, () => ++reads <= 3);
      rows += outcome.rows;
      next = outcome.next;
      runs++;
    } while (next !== null && runs < 500);
    expect(runs).toBeGreaterThan(3);
    expect(rows).toBe(whole.rows);
  });

  it('may write nothing but findings and its run', async () => {
    await expect(audit`update orders set latest = '{}'`).rejects.toMatchObject({ code: '42501' });
    await expect(audit`delete from pii_findings`).rejects.toMatchObject({ code: '42501' });
    await expect(audit`select from dead_letter_queue`).resolves.toBeDefined();
  });

  it('reads every table, and every column that can hold text', async () => {
    const tables = await listAuditedTables(audit);
    const [all] = await owner`
      select count(*)::int as columns from information_schema.columns
      join pg_class on relname = table_name and relkind = 'r' and relnamespace = 'public'::regnamespace
      where table_schema = 'public' and data_type in ('text', 'jsonb', 'json', 'character varying', 'ARRAY')`;
    expect(tables.reduce((sum, { columns }) => sum + columns.length, 0)).toBe(all!.columns);
    expect(tables.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^analytics_events_\d{4}_\d{2}$/));
  });
});

/** Each column that can be written, with a row that has the canary in it; the table's checks and keys put aside. */
async function plantEverywhere(sql: Sql): Promise<string[]> {
  const columns = await sql<{ table: string; column: string; type: string }[]>`
    select relname as table, attname as column, format_type(atttypid, null) as type
    from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped and attgenerated = ''
    where relnamespace = 'public'::regnamespace and relkind = 'r' and atttypid in ('text'::regtype, 'jsonb'::regtype)`;
  for (const { table, column, type } of columns) {
    const value =
      type === 'text' ? `id ${CANARY.toUpperCase()}.` : JSON.stringify({ a: [{ email: { hmac: CANARY } }] });
    const planted = await sql`
      update ${sql(table)} set ${sql(column)} = ${value}::text::${sql.unsafe(type)}
      where ctid = (select min(ctid) from ${sql(table)})`;
    if (planted.count === 0) {
      await sql`insert into ${sql(table)} (${sql(column)}) values (${value}::text::${sql.unsafe(type)})`;
    }
  }
  return columns.map(({ table, column }) => `${table}.${column}`);
}

it('finds a canary in every column of every table, and tells the place alone', async () => {
  const copy = await createDatabase({ migrated: true });
  const sql = copy.connect();
  await sql`select ensure_event_partitions(array[now()])`;
  await sql.unsafe(`do $$ declare r record; begin
    for r in select inhparent::regclass as parent, inhrelid::regclass as t from pg_inherits join pg_class k on k.oid = inhrelid where relkind = 'r' loop
      execute format('alter table %s detach partition %s', r.parent, r.t);
    end loop;
    for r in select c.conrelid::regclass as t, conname from pg_constraint c join pg_class k on k.oid = conrelid
      where relnamespace = 'public'::regnamespace and contype in ('c', 'p', 'u', 'f') and relname <> 'pii_findings' and not k.relispartition loop
      execute format('alter table %s drop constraint if exists %I cascade', r.t, r.conname);
    end loop;
    for r in select attrelid::regclass as t, attname from pg_attribute join pg_class k on k.oid = attrelid
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and attnotnull and attnum > 0 and relname <> 'pii_findings' and attidentity = '' loop
      execute format('alter table %s alter column %I drop not null', r.t, r.attname);
    end loop;
    for r in select tgrelid::regclass as t, tgname from pg_trigger where not tgisinternal loop
      execute format('drop trigger %I on %s', r.tgname, r.t);
    end loop; end $$`);
  await sql`insert into pii_findings values ('t', 'c', 'p', 'd', now(), 1, '(0,1)')`; // its key is what findings are added by
  try {
    const planted = await plantEverywhere(sql);
    await auditTables(copy.connect('analytics_audit'), {
      position: { passStartedAt: '2026-11-22T03:00:00Z' },
      ...{ canaries: [CANARY], hasTime: () => true },
    });
    const found = await sql`
      select table_name || '.' || column_name as place from pii_findings where detector = 'canary'`;
    expect(planted.length).toBeGreaterThan(60);
    expect(planted.filter((place) => !found.some((row) => row.place === place))).toEqual([]);
    const kept = await sql`select * from pii_findings where detector = 'canary'`;
    expect(JSON.stringify(kept).toLowerCase()).not.toContain(CANARY);
  } finally {
    await copy.drop();
  }
});

it('keeps when a place was first seen, and counts those of a pass', async () => {
  await owner`insert into fx_rates values ('2026-01-01', 'EUR', 'USD', 1, 'jane@example.com')`;
  try {
    await pass('2026-11-22T03:00:00Z');
    const [first] = await owner`select * from pii_findings`;
    await pass('2026-11-29T03:00:00Z');
    const [second] = await owner`select * from pii_findings`;
    expect(first).toMatchObject({
      table_name: 'fx_rates',
      column_name: 'source',
      path: '',
      detector: 'email',
      found: '1',
    });
    expect(first!.row_place).toMatch(/^\(\d+,\d+\)$/);
    expect(second).toMatchObject({ found: '1', first_seen_at: first!.first_seen_at });
    expect(await countFindings(audit, '2026-11-29T03:00:00Z')).toBe(1);
    expect(await countFindings(audit, '2026-11-22T03:00:00Z')).toBe(0);
  } finally {
    await owner`delete from fx_rates`;
  }
});
