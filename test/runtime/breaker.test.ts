import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startTables, type Tables } from '../../local/start-tables.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await startTables();
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
});
afterAll(() => tables.stop());

beforeEach(async () => {
  const name = `valve-${randomUUID()}`;
  vi.stubEnv('VALVE_TABLE', name);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', tables.url);
  const properties = () => ({
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  await tables.create([{ stack: 's', logicalId: 'Valve', type: 'AWS::DynamoDB::Table', name, properties }]);
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T12:00:00Z') });
  return () => vi.useRealTimers();
});

/** An execution environment: modules of its own, so a breaker and a copy of the circuit of its own. */
async function startEnvironment() {
  vi.resetModules();
  const { guardDatabase } = await import('#runtime/breaker.ts');
  const ran = vi.fn();
  /** How an operation that ends so is answered: its result, or the name or code of what was thrown. */
  const ask = (end?: { readonly code: string }) =>
    guardDatabase(async () => {
      ran();
      if (end) throw Object.assign(new Error('failed'), end);
      return 'stored';
    }).catch((error: { readonly code: string }) => error.code);
  return { ask, ran };
}

const refused = { code: 'ECONNREFUSED' };
const badValue = { code: '22P02' };
const deadlock = { code: '40P01' };
const seconds = (count: number) => vi.setSystemTime(Date.now() + count * 1_000);

async function fail(environment: Awaited<ReturnType<typeof startEnvironment>>, times: number) {
  for (let time = 0; time < times; time += 1) expect(await environment.ask(refused)).toBe(refused.code);
}

test('after three failures in a row the database is not asked any more', async () => {
  const one = await startEnvironment();
  await fail(one, 3);
  expect(await one.ask()).toBe('DATABASE_UNAVAILABLE');
  expect(one.ran).toHaveBeenCalledTimes(3);
});

test.each([undefined, badValue, deadlock])(
  'an answer between failures, as %o, shows that it is there',
  async (answer) => {
    const one = await startEnvironment();
    await fail(one, 2);
    expect(await one.ask(answer)).toBe(answer?.code ?? 'stored');
    await fail(one, 2);
    expect(await one.ask()).toBe('stored');
  },
);

test('what one environment finds, the others know', async () => {
  const [one, other] = [await startEnvironment(), await startEnvironment()];
  await fail(one, 3);
  expect(await other.ask()).toBe('DATABASE_UNAVAILABLE');
  expect(other.ran).not.toHaveBeenCalled();
});

test('one environment tries when the time is over, the others wait for it; its success lets all on', async () => {
  const [one, other, third] = [await startEnvironment(), await startEnvironment(), await startEnvironment()];
  await fail(one, 3);
  seconds(31);
  expect(await other.ask(refused)).toBe(refused.code);
  expect(await third.ask()).toBe('DATABASE_UNAVAILABLE');
  seconds(31);
  expect(await third.ask()).toBe('stored');
  seconds(6);
  expect([await one.ask(), await other.ask()]).toEqual(['stored', 'stored']);
});

test('without DynamoDB an environment works, and counts for itself', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'http://127.0.0.1:9');
  const one = await startEnvironment();
  expect(await one.ask()).toBe('stored');
  await fail(one, 3);
  expect(await one.ask()).toBe('DATABASE_UNAVAILABLE');
  seconds(31);
  expect(await one.ask()).toBe('stored');
});
