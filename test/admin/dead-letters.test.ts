import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adminRoutes } from '#contract/routes.ts';
import { makeEvent, type TestEvent } from '../setup/events.ts';
import { startTestSystem, type TestSystem } from '../setup/system.ts';
import { type AdminCall, callAdmin } from './call-admin.ts';

const TYPE = 'analytics.cart_changed';
const EMAIL = 'ada.canary@example.org';
let system: TestSystem;
const call = (route: string, options?: AdminCall) => callAdmin(system, route, options);

beforeAll(async () => {
  system = await startTestSystem();
  // Every five minutes the job would replay what a test holds for itself
  await system.sql`revoke select on dead_letter_queue from analytics_jobs`;
});
afterAll(() => system?.stop());
beforeEach(() => system.sql`truncate dead_letter_queue`);

const cartChange = (attributes: object = {}, data: object = {}): TestEvent =>
  makeEvent(TYPE, { session_id: 's1', product_id: 'p1', action: 'add', quantity: 1, ...data }, attributes);

async function deadLetter(event: TestEvent): Promise<string> {
  await system.send(TYPE, [JSON.stringify(event)]);
  await system.drain();
  const [row] = await system.sql`select id::text from dead_letter_queue where event_id = ${event.id}`;
  return row!.id;
}

/** A valid event as SQS redrives it: in the dead-letter queue, with nothing beside it but what came with it. */
async function redrive(event: TestEvent, deadLetterId?: string): Promise<void> {
  const attribute = { DataType: 'String', StringValue: deadLetterId };
  await system.sqs.send(
    new SendMessageCommand({
      QueueUrl: system.outputs.queues[TYPE]!.dlqUrl,
      MessageBody: JSON.stringify(event),
      MessageAttributes: deadLetterId === undefined ? {} : { deadLetterId: attribute },
    }),
  );
  await system.drain();
}

const letters = () => system.sql`select id::text, status, reason, replays from dead_letter_queue order by id`;
const isStored = async ({ id }: TestEvent) =>
  (await system.sql`select from analytics_events where event_id = ${id}`).length === 1;

/** Too far in the future until a moment has passed. */
const soonValid = () => cartChange({ time: new Date(Date.now() + 24 * 3_600_000 + 2_000).toISOString() });
const alwaysInvalid = () => cartChange({}, { quantity: 'many', email: EMAIL });

describe('replay', () => {
  it('stores the event once its cause is gone, with its own identity', async () => {
    const event = soonValid();
    const id = await deadLetter(event);
    expect(await letters()).toMatchObject([{ status: 'open', reason: 'in_the_future', replays: 0 }]);
    await setTimeout(2_500);

    const { status, body } = await call(`POST /dead-letters/${id}/replay`);
    expect({ status, data: body.data }).toEqual({ status: 200, data: { id, matched: 1, replayed: 1 } });
    await system.drain();
    expect(await isStored(event)).toBe(true);
    expect(await letters()).toMatchObject([{ id, status: 'replayed', replays: 1 }]);
  });

  it('of an event that fails again opens the same letter, and makes no second one', async () => {
    const id = await deadLetter(alwaysInvalid());
    for (const replays of [1, 2]) {
      expect((await call(`POST /dead-letters/${id}/replay`)).status).toBe(200);
      await system.drain();
      expect(await letters()).toEqual([{ id, status: 'open', reason: 'schema_violation', replays }]);
    }
  });

  it('of one that SQS redrives after its tries opens the same letter too, unless the id is of another event', async () => {
    const event = cartChange();
    await redrive(event);
    const [letter] = await letters();
    await system.sql`update dead_letter_queue set status = 'replayed', replays = 1`;
    await redrive(event, letter!.id);
    expect(await letters()).toEqual([{ id: letter!.id, status: 'open', reason: 'processing_failed', replays: 1 }]);
    await redrive(cartChange(), letter!.id);
    expect(await letters()).toHaveLength(2);
  });

  it('of an event that was stored meanwhile is a duplicate', async () => {
    const event = cartChange();
    await redrive(event);
    await system.send(TYPE, [JSON.stringify(event)]);
    const [letter] = await letters();
    await call(`POST /dead-letters/${letter!.id}/replay`);
    await call(`POST /dead-letters/${letter!.id}/replay`);
    await system.drain();
    expect(await isStored(event)).toBe(true);
    expect(await letters()).toMatchObject([{ status: 'replayed', replays: 2 }]);
  });

  it('by a filter goes on where it stopped, and takes only what matches', async () => {
    for (let index = 0; index < 3; index++) await redrive(cartChange());
    const other = await deadLetter(alwaysInvalid());
    const filter = { reason: 'processing_failed', type: TYPE };
    const first = await call('POST /dead-letters/replay', { body: { ...filter, limit: 2 } });
    expect(first.body.data).toMatchObject({ matched: 3, replayed: 2, failed: 0, remaining: 1 });
    const { cursor } = first.body.data;
    const second = await call('POST /dead-letters/replay', { body: { ...filter, cursor } });
    expect(second.body.data).toEqual({ matched: 1, replayed: 1, failed: 0, remaining: 0, cursor: null });
    await system.drain();
    expect(await system.sql`select from dead_letter_queue where status = 'replayed'`).toHaveLength(3);
    expect(await system.sql`select id::text from dead_letter_queue where status = 'open'`).toEqual([{ id: other }]);
  });

  it('of a letter that cannot be read fails alone, and leaves it open', async () => {
    await redrive(cartChange());
    const [letter] = await letters();
    await redrive(cartChange());
    await system.sql`update dead_letter_queue set original = '\\x00' where id = ${letter!.id}`;
    expect((await call(`POST /dead-letters/${letter!.id}/replay`)).status).toBe(503);
    const { body } = await call('POST /dead-letters/replay', { body: { reason: 'processing_failed' } });
    expect(body.data).toEqual({ matched: 2, replayed: 1, failed: 1, remaining: 0, cursor: null });
    await system.drain();
    expect(await letters()).toMatchObject([
      { id: letter!.id, status: 'open', replays: 0 },
      { status: 'replayed', replays: 1 },
    ]);
  });

  it('is done by the job for events that could not be stored, three times at most', async () => {
    const event = cartChange();
    await redrive(event);
    await redrive(cartChange());
    await system.sql`update dead_letter_queue set replays = 3 where event_id <> ${event.id}`;
    await deadLetter(alwaysInvalid());
    await system.sql`grant select on dead_letter_queue to analytics_jobs`;
    await system.runJob('return-dead-letters');
    await system.sql`revoke select on dead_letter_queue from analytics_jobs`;
    await system.drain();
    expect(await isStored(event)).toBe(true);
    const left = await system.sql`select reason, replays from dead_letter_queue where status = 'open' order by id`;
    expect(left).toEqual([
      { reason: 'processing_failed', replays: 3 },
      { reason: 'schema_violation', replays: 0 },
    ]);
  });
});

describe('dry run', () => {
  it('says what would be done, and changes nothing', async () => {
    const id = await deadLetter(alwaysInvalid());
    const before = await system.sql`select * from dead_letter_queue`;
    const byFilter = { body: { reason: 'schema_violation' }, key: randomUUID() };
    expect((await call(`POST /dead-letters/${id}/replay?dryRun=true`)).body).toEqual({
      data: { id, matched: 1, replayed: 0 },
      meta: { asOf: expect.any(String), dryRun: true },
    });
    expect((await call('POST /dead-letters/replay?dryRun=true', byFilter)).body.data).toEqual({
      ...{ matched: 1, replayed: 0, failed: 0, remaining: 1, cursor: null },
    });
    const discard = await call(`POST /dead-letters/${id}/discard?dryRun=true`);
    expect(discard.body.data).toEqual({ id, matched: 1, discarded: 0 });
    await system.drain();
    expect(await system.sql`select * from dead_letter_queue`).toEqual(before);
    // and the key of a dry run is still unused
    expect((await call('POST /dead-letters/replay', byFilter)).body.data.replayed).toBe(1);
    await system.drain();
  });
});

describe('discard', () => {
  it('is for open letters, which are replayed by nothing then', async () => {
    const id = await deadLetter(alwaysInvalid());
    expect((await call(`POST /dead-letters/${id}/discard`)).body.data).toEqual({ id, matched: 1, discarded: 1 });
    expect((await call(`POST /dead-letters/${id}/discard`)).status).toBe(409);
    expect((await call(`POST /dead-letters/${id}/replay`)).status).toBe(409);
    const byFilter = await call('POST /dead-letters/replay', { body: { status: 'open' } });
    expect(byFilter.body.data).toMatchObject({ matched: 0, replayed: 0 });
    expect(await letters()).toMatchObject([{ status: 'discarded', replays: 0 }]);
  });
});

describe('Idempotency-Key', () => {
  it('makes a request that comes again one, and refuses another under the same key', async () => {
    const key = randomUUID();
    const id = await deadLetter(alwaysInvalid());
    const first = await call(`POST /dead-letters/${id}/replay`, { key });
    await system.drain();
    const again = await call(`POST /dead-letters/${id}/replay`, { key });
    expect(again).toMatchObject({ status: 200, body: { data: first.body.data } });
    await system.drain();
    expect(await letters()).toMatchObject([{ status: 'open', replays: 1 }]);
    const other = await call(`POST /dead-letters/${id}/discard`, { key });
    expect(other).toMatchObject({ status: 422, body: { type: expect.stringMatching(/idempotency-key-reused$/) } });
    const outcomes = await system.sql`
      select outcome, status from admin_audit where parameters ->> 'id' = ${id} order by id`;
    expect(outcomes.map(({ outcome, status }) => `${outcome} ${status}`)).toEqual([
      ...['begun null', 'succeeded 200', 'begun null', 'repeated 200', 'begun null', 'refused 422'],
    ]);
  });

  it('of a request that was refused may be tried again', async () => {
    const key = randomUUID();
    const missing = await call('POST /dead-letters/999999/discard', { key });
    expect(missing.status).toBe(404);
    expect((await call('POST /dead-letters/999999/discard', { key })).status).toBe(404);
  });

  it.each(['', ' ', '\u00e4', 'x'.repeat(256)])('%j is no key', async (key) => {
    const headers = { authorization: `Bearer ${system.outputs.adminToken}`, 'idempotency-key': key };
    const url = new URL('/admin/v1/dead-letters/1/discard', system.outputs.apiUrl);
    const response = await fetch(url, { method: 'POST', headers });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 400,
      body: { parameter: 'Idempotency-Key' },
    });
  });
});

describe('who may call', () => {
  const routes = adminRoutes.map(
    ({ method, path }) => `${method} ${path.slice('/admin/v1'.length).replace(/\{\w+\}/, '1')}`,
  );
  it.each(routes)('%s: nobody without a token, no reader', async (route) => {
    const before = await system.sql`select count(*) from admin_audit`;
    expect((await call(route, { token: null })).status).toBe(401);
    expect((await call(route, { token: 'nonsense' })).status).toBe(401);
    expect((await call(route, { token: system.outputs.token })).status).toBe(403);
    expect(await system.sql`select count(*) from admin_audit`).toEqual(before);
  });

  it('the admin token opens no figures', async () => {
    const response = await system.get('/api/v1/analytics/revenue', system.outputs.adminToken);
    expect(response.status).toBe(403);
  });
});

it('answers and audits hold no personal value, and no original', async () => {
  const id = await deadLetter(alwaysInvalid());
  const { body } = await call(`GET /dead-letters/${id}`);
  expect(body.data).toMatchObject({
    id,
    type: TYPE,
    reason: 'schema_violation',
    pointer: '/data/quantity',
    replays: 0,
  });
  expect(body.data.maskedView).toBeDefined();
  expect(Object.keys(body.data)).not.toContain('original');
  const list = await call('GET /dead-letters?reason=schema_violation');
  await call(`GET /dead-letters?type=${encodeURIComponent(EMAIL)}`);
  await call('POST /dead-letters/replay', { body: { customer: EMAIL } });
  const audit = await system.sql`select * from admin_audit`;
  expect(JSON.stringify([body, list, audit])).not.toContain('canary');
});
