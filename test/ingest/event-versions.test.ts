import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

const TYPE = 'payments.payment.confirmed';
const root = new URL('../../', import.meta.url).pathname;
const copy = mkdtempSync(join(tmpdir(), 'analytics-versions-'));
let database: TestDatabase;

/** What docs/events.md tells one to do for a second version, done to a copy of the sources. */
function addSecondVersion(): void {
  for (const path of ['functions', 'schemas', 'scripts', 'package.json', 'package-lock.json', 'test/setup'])
    cpSync(join(root, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

  edit('functions/shared/contract/event-types.ts', `{ type: '${TYPE}', ...lowVolume }`, (row) =>
    row.replace('...lowVolume', "...lowVolume, versions: ['v1', 'v2']"),
  );
  const schema = JSON.parse(readFileSync(join(copy, `schemas/${TYPE}.v1.json`), 'utf8'));
  const { amount, currency, ...others } = schema.properties;
  schema.$id = schema.$id?.replace('v1', 'v2');
  schema.properties = {
    ...others,
    paid: { type: 'object', required: ['amount', 'currency'], properties: { amount, currency } },
  };
  schema.required = [...schema.required.filter((name: string) => !['amount', 'currency'].includes(name)), 'paid'];
  writeFileSync(join(copy, `schemas/${TYPE}.v2.json`), JSON.stringify(schema));
  edit(`functions/shared/core/rows/${TYPE}.ts`, `EventData['${TYPE} v1']`, () => `EventData['${TYPE} v2']`);
  edit(
    `functions/shared/core/rows/${TYPE}.ts`,
    'sequence, amount, currency,',
    () => 'sequence, paid: { amount, currency },',
  );
  edit(
    `functions/shared/core/rows/${TYPE}.ts`,
    'export function toRows',
    (code) => `export const upcasts = {
  v1: ({ amount, currency, ...rest }) => ({ ...rest, paid: { amount, currency } }),
};

${code}`,
  );
}

function edit(file: string, part: string, change: (part: string) => string): void {
  const text = readFileSync(join(copy, file), 'utf8');
  if (!text.includes(part)) throw new Error(`${file}: nothing like ${part}`);
  writeFileSync(join(copy, file), text.replace(part, change(part)));
}

/** Runs the source as a module of the copy, and answers what it prints as JSON. */
function run(source: string): unknown {
  writeFileSync(join(copy, 'run.ts'), source);
  // Quiet: a start that fails is told by its error's message, which execFileSync holds.
  return JSON.parse(execFileSync(process.execPath, ['run.ts'], { cwd: copy, encoding: 'utf8', stdio: 'pipe' }));
}

beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  addSecondVersion();
  execFileSync(process.execPath, ['scripts/compile-schemas.ts'], { cwd: copy, stdio: 'pipe' });
});
afterAll(async () => {
  await database.drop();
  rmSync(copy, { recursive: true, force: true });
});

it('takes both versions of a type in one batch, and folds them into one fact', async () => {
  const common = { payment_id: 'p-1', order_id: 'o-1', email: 'jane.doe@example.com' };
  const event = (id: string, data: object, more: object = {}) => ({
    ...{ specversion: '1.0', id, source: '/shop/payments', type: TYPE, time: new Date().toISOString() },
    ...{ data: { ...common, ...data }, ...more },
  });
  const v2 = { dataschema: 'https://shop.example/schemas/payment/v2' };
  const events = [
    event('e-1', { amount: '10.00', currency: 'EUR', method: 'card', sequence: 1 }),
    event('e-2', { paid: { amount: 12.5, currency: 'EUR' }, sequence: 2 }, v2),
    event('e-3', { paid: { amount: '7', currency: 'EUR' }, payment_id: 'p-2', schema_version: 2 }),
    event('e-3', { paid: { amount: '7', currency: 'EUR' }, payment_id: 'p-2', schema_version: 2 }),
    event('e-4', { amount: '1', currency: 'EUR' }, v2), // v1's shape that says v2
    event('e-5', { paid: { amount: '1', currency: 'EUR' } }), // v2's shape that says nothing
    event('e-6', { amount: '1', currency: 'EUR', schema_version: 3 }),
  ];
  const source = `
    import postgres from 'postgres';
    import { makeIngestion } from './test/setup/ingestion.ts';
    const sql = postgres(${JSON.stringify(database.url('analytics_ingest'))}, { max: 1, onnotice: () => {} });
    const { ingest, letters } = makeIngestion(sql);
    await ingest(${JSON.stringify(events)});
    await sql.end();
    console.log(JSON.stringify(letters.map(({ rejection }) => rejection)));`;

  const letters = run(source) as { readonly reason: string; readonly pointer: string }[];

  expect(letters.map(({ reason, pointer }) => `${reason} ${pointer}`).sort()).toEqual([
    'schema_violation /data/amount',
    'schema_violation /data/paid',
    'unknown_version /data/schema_version',
  ]);
  const sql = database.connect();
  expect(
    await sql`select event_id, schema_version, data -> 'paid' ->> 'amount' as paid, data ? 'amount' as flat
    from analytics_events order by event_id`,
  ).toEqual([
    { event_id: 'e-1', schema_version: 'v1', paid: '10.00', flat: false },
    { event_id: 'e-2', schema_version: 'v2', paid: '12.5', flat: false },
    { event_id: 'e-3', schema_version: 'v2', paid: '7', flat: false },
  ]);
  expect(
    await sql`select payment_id, amount::text, currency, latest -> 'method' ->> 1 as method from payments
    order by payment_id`,
  ).toEqual([
    { payment_id: 'p-1', amount: expect.stringMatching(/^12\.50*$/), currency: 'EUR', method: 'card' },
    { payment_id: 'p-2', amount: expect.stringMatching(/^7(\.0*)?$/), currency: 'EUR', method: null },
  ]);
  const [{ leaked }] = (await sql`select count(*)::int as leaked from analytics_events
    where data::text like '%jane%'`) as unknown as [{ leaked: number }];
  expect(leaked).toBe(0);
}, 30_000);

it('does not start without the way from one version to the next', () => {
  const file = `functions/shared/core/rows/${TYPE}.ts`;
  edit(file, 'export const upcasts', () => 'export const others');
  expect(() => run(`import './functions/shared/core/rows.ts';`)).toThrow(`rows/${TYPE}.ts: upcasts lacks v1`);
});
