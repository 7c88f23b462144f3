import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { eventTypes } from '#contract/event-types.ts';
import { callAdmin } from '../admin/call-admin.ts';
import { type StoredLogEvent, serveLogEvents } from '../jobs/serve-log-events.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { startTestSystem, type TestSystem } from '../setup/system.ts';
import { makePersonalEvent, refusedEvents } from './refused-events.ts';

const TEN = 10;
let system: TestSystem;
let db: TestDatabase;
let audit: Sql;
/** What the functions wrote, as log groups of one stream. */
const groups = new Map<string, StoredLogEvent[]>();
let logs: Awaited<ReturnType<typeof serveLogEvents>>;

beforeAll(async () => {
  system = await startTestSystem({ AUDIT_LOG_GROUPS: 'own', LOG_LEVEL: 'DEBUG' });
  db = await createDatabase({ migrated: true });
  audit = db.connect('analytics_audit');
  logs = await serveLogEvents(groups, TEN);
  vi.stubEnv('AWS_ENDPOINT_URL', logs.url);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'test');
  vi.stubEnv('AWS_REGION', 'us-east-1');
});
afterAll(async () => {
  logs?.stop();
  await db?.drop();
  await system?.stop();
});

/** Events with every personal field, all kinds of refused ones, jobs that work and that fail, calls of both APIs. */
async function makeTraffic(): Promise<void> {
  for (const { type } of eventTypes)
    await system.send(type, [JSON.stringify(makePersonalEvent(type, `logged-${type}`))]);
  for (const [index, { sentAs, body }] of refusedEvents.entries())
    await system.send(sentAs, [body(`refused-${index}`)]);
  await system.drain();
  for (const name of ['aggregate', 'valve', 'return-dead-letters']) await system.runJob(name);
  await expect(system.runJob('aggregate', { from: 'jane@mail.example' })).rejects.toThrow();
  await system.get('/api/v1/analytics/revenue?from=jane@mail.example');
  await callAdmin(system, 'DELETE /customers/c1', { key: 'erase' });
  await callAdmin(system, 'GET /dead-letters/jane@mail.example');
}

function readLogs(): void {
  const directory = join(system.dataDir, 'logs');
  for (const file of readdirSync(directory)) {
    const lines = readFileSync(join(directory, file), 'utf8').split('\n').filter(Boolean);
    const event = (message: string) => ({ logStreamName: 'local', timestamp: Date.now() - 3_600_000, message });
    groups.set(`/aws/lambda/${file.slice(0, -'.log'.length)}`, lines.map(event));
  }
}

async function auditAll() {
  const { auditLogs } = await import('../../functions/jobs/audit-logs.ts');
  const at = { passStartedAt: new Date().toISOString(), positions: {}, canaries: [], hasTime: () => true };
  const outcome = await auditLogs(audit, { groups: [...groups.keys()], ...at });
  const found = await audit`select table_name, column_name, path, detector from pii_findings order by 1, 2, 3, 4`;
  return { outcome, found: found.map((row) => Object.values(row)) };
}

test('where logs cannot be read the tables are, and the result says so', async () => {
  await makeTraffic();
  // The local runner has no CloudWatch: it refuses the call
  const result = await system.runJob('audit-pii');
  expect(result).toMatchObject({ found: 0, next: null, logs: { isRead: false, isDone: true, events: 0 } });
  expect((result as { rows: number }).rows).toBeGreaterThan(50);
});

test('what our functions log has no finding, and one line that holds a person has', async () => {
  readLogs();
  const { outcome, found } = await auditAll();
  expect(found).toEqual([]);
  const lines = [...groups.values()].flat();
  expect(outcome).toMatchObject({ isRead: true, events: lines.length });
  expect(lines.length).toBeGreaterThan(40);
  expect(lines.some(({ message }) => message.includes('"level":"ERROR"'))).toBe(true);
  expect([...groups].filter(([, events]) => events.length > 0).length).toBeGreaterThan(6);

  const ingest = groups.get('/aws/lambda/analytics-ingest')!;
  ingest.push({ ...ingest[0]!, message: '{"level":"INFO","customer_name":"Jane Doe"}' });
  expect((await auditAll()).found).toEqual([['/aws/lambda/analytics-ingest', 'local', 'customer_name', 'name']]);
});
