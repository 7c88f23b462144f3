import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { scopes } from '#contract/routes.ts';
import { startIssuer, type TokenIssuer } from '../../local/api/issue-tokens.ts';
import { findUndocumented } from '../setup/documented-answers.ts';
import { makeEvent } from '../setup/events.ts';
import { startTestSystem, type TestSystem } from '../setup/system.ts';
import { type OpenStream, openStream } from './open-stream.ts';

/** What stage `local` takes (lib/settings.ts). */
const [ISSUER, AUDIENCE] = ['https://issuer.analytics.local/', 'analytics'];
/** Of one stream. */
const SECONDS = 12;

let issuer: TokenIssuer;
let system: TestSystem;
let streams: OpenStream[] = [];
let begun = 0;
beforeAll(async () => {
  issuer = await startIssuer();
  system = await startTestSystem({ LIVE_INTERVAL_SECONDS: '1', LIVE_STREAM_SECONDS: String(SECONDS) }, { issuer });
});
afterAll(() => system?.stop());
afterEach(async () => {
  for (const stream of streams) stream.hangUp();
  streams = [];
  await until(() => running() === 0);
});

const mint = (scope: string, expiresIn?: string) => issuer.mint(ISSUER, AUDIENCE, scope, expiresIn);
async function open(query = '', headers: Readonly<Record<string, string>> = {}, token = system.outputs.token) {
  const authorization: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  const stream = await openStream(new URL(query, system.outputs.liveUrl!), { ...authorization, ...headers });
  streams.push(stream);
  if (stream.response.status === 200) begun += 1;
  expect(undocumented(stream.response)).toEqual([]);
  return stream;
}

async function until(holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const by = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > by) throw new Error(`did not come about within ${withinMs} ms`);
    await sleep(50);
  }
}

/** What of an answer, its body apart, schemas/openapi/live.ts does not say. */
function undocumented({ status, headers }: Response, body?: unknown): string[] {
  return findUndocumented('GET /', { status, contentType: headers.get('content-type'), body });
}

/** Of the function. */
const logLines = (): Record<string, unknown>[] =>
  readFileSync(join(system.dataDir, 'logs/analytics-live.log'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
const endedLines = () => logLines().filter(({ message, status }) => message === 'stream ended' && status === 200);
/** Streams that have begun and not ended. */
const running = () => begun - endedLines().length;

let orders = 0;
async function order(): Promise<string> {
  orders += 1;
  const id = `live-${orders}`;
  const event = makeEvent('orders.order.status_changed', {
    ...{ order_id: id, status: 'created', currency: 'EUR', total_amount: '19.90' },
    ...{ items: [], customer_name: 'Zebedee Quux', email: 'zebedee@quux.example' },
  });
  await system.send(event.type, [JSON.stringify(event)]);
  return id;
}
const ordersIn = (data: string): string[] =>
  JSON.parse(data).data.liveOrders.map((one: { orderId: string }) => one.orderId);

describe('a viewer', () => {
  it('gets the figures at once, then again with each order, as `/realtime` answers them', async () => {
    const stream = await open('?window=5');
    expect(stream.response.status).toBe(200);
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.response.headers.get('cache-control')).toBe('no-store');
    const first = await stream.next('realtime');
    const placed = await order();
    expect(ordersIn(first.data)).not.toContain(placed);

    const second = await stream.next('realtime', 1);
    expect(ordersIn(second.data)).toContain(placed);
    expect(second.data).not.toContain('Quux');
    const asked = await system.get('/api/v1/analytics/realtime?window=5');
    expect(second.id).toBe(asked.headers.get('etag'));
    expect(JSON.parse(second.data).data).toEqual(((await asked.json()) as { data: unknown }).data);
  });

  it('gets nothing while nothing changes', async () => {
    const stream = await open('?window=60&channel=nobody');
    await stream.next('realtime');
    await sleep(3_500);
    expect(stream.received.map(({ event }) => event)).toEqual(['realtime']);
  });

  it('who comes back with what they had last gets it again only when it has changed', async () => {
    const had = await (await open('?window=60&channel=nobody')).next('realtime');
    const back = await open('?window=60&channel=nobody', { 'last-event-id': had.id! });
    expect(back.response.status).toBe(200);
    await sleep(1_500);
    expect(back.received).toEqual([]);

    const all = await (await open('?window=60')).next('realtime');
    await order();
    await system.drain();
    const later = await (await open('?window=60', { 'last-event-id': all.id! })).next('realtime');
    expect(later.id).not.toBe(all.id);
  });

  it('may name anything as the last event', async () => {
    const stream = await open('', { 'last-event-id': 'ü'.repeat(300) });
    expect(stream.response.status).toBe(200);
    expect((await stream.next('realtime')).id).toMatch(/^W\/"/);
  });
});

describe('who is refused gets the answer of the API, and no stream', () => {
  it.each([
    ['no token', '', '', 401, /"title":"Unauthorized"/],
    ['a token that is none', '', 'x.y.z', 401, /^\{"message":"Unauthorized"\}$/],
    ['a malformed parameter', '?window=61', undefined, 400, /"parameter":"window"/],
    ['an unknown parameter', '?access_token=1', undefined, 400, /bad-parameter/],
  ])('%s', async (_what, query, token, status, body) => {
    const stream = await openStream(new URL(query, system.outputs.liveUrl!), tokenHeader(token));
    expect(stream.response.status).toBe(status);
    expect(stream.response.headers.get('content-type')).toMatch(/json$/);
    expect(stream.response.headers.get('x-content-type-options')).toBe('nosniff');
    const again = await fetch(new URL(query, system.outputs.liveUrl!), { headers: tokenHeader(token) });
    const text = await again.text();
    expect(text).toMatch(body);
    expect(undocumented(again, JSON.parse(text))).toEqual([]);
  });

  it('a token of another scope', async () => {
    const token = await mint(scopes.admin);
    const answer = await fetch(system.outputs.liveUrl!, { headers: tokenHeader(token) });
    expect([answer.status, await answer.json()]).toEqual([403, { message: 'Forbidden' }]);
  });

  it.each([
    ['POST', ''],
    ['GET', 'api/v1/analytics/revenue'],
  ])('%s /%s, whatever the token', async (method, path) => {
    const headers = tokenHeader(undefined);
    const answer = await fetch(new URL(path, system.outputs.liveUrl!), { method, headers });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });

  const tokenHeader = (token = system.outputs.token): Record<string, string> =>
    token === '' ? {} : { authorization: `Bearer ${token}` };
});

describe('a stream ends', () => {
  it('when its token does', async () => {
    const stream = await open('?window=5', {}, await mint(scopes.read, '3 s'));
    await stream.next('realtime');
    const end = await stream.next('end');
    expect(JSON.parse(end.data)).toMatchObject({ type: 'urn:commerce-analytics:problem:unauthorized', status: 401 });
    expect(await stream.ended).toBe('ended');
  });

  it('after its time, cleanly, and its client connects again', async () => {
    const began = performance.now();
    const stream = await open('?window=5');
    expect(await stream.ended).toBe('ended');
    expect((performance.now() - began) / 1_000).toBeGreaterThan(SECONDS - 1);
    expect((performance.now() - began) / 1_000).toBeLessThan(SECONDS + 3);
    expect(stream.received.at(-1)?.event).toBe('realtime');
    expect(await answeredAs('hungUp')).toBe(false);
    expect((await open('?window=5')).response.status).toBe(200);
  });

  it('when its viewer hangs up: no execution is held for nobody', async () => {
    const stream = await open('?window=5');
    await stream.next('realtime');
    const began = performance.now();
    stream.hangUp();
    expect(await answeredAs('hungUp')).toBe(true);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  /** A member of the next line that tells of a stream's end. */
  async function answeredAs(member: string): Promise<unknown> {
    await until(() => running() === 0);
    return endedLines().at(-1)?.[member];
  }
});

it('goes on where the API fails for a while, and sends what came meanwhile', async () => {
  const stream = await open('?window=5');
  await stream.next('realtime');
  const failures = () => logLines().filter(({ message }) => message === 'the API did not answer').length;
  const known = failures();
  await system.sql`alter role analytics_query connection limit 0`;
  try {
    await system.sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'analytics_query'`;
    await until(() => failures() > known);
  } finally {
    await system.sql`alter role analytics_query connection limit -1`;
  }
  const placed = await order();
  expect(ordersIn((await stream.next('realtime', 1)).data)).toContain(placed);
});

it('refuses one viewer more than there are executions reserved', async () => {
  for (const _ of [1, 2, 3, 4]) await (await open('?window=5')).next('realtime');
  const answer = await fetch(system.outputs.liveUrl!, { headers: { authorization: `Bearer ${system.outputs.token}` } });
  expect(answer.status).toBe(429);
});

it('may be read by pages of the API, and by no others', async () => {
  const preflight = (origin: string) =>
    fetch(system.outputs.liveUrl!, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    });
  const own = await preflight(system.outputs.apiUrl);
  expect(own.headers.get('access-control-allow-origin')).toBe(system.outputs.apiUrl);
  expect(own.headers.get('access-control-allow-headers')).toContain('authorization');
  const other = await preflight('https://elsewhere.example');
  expect(other.headers.get('access-control-allow-origin')).toBeNull();
});

it('logs neither tokens nor what was sent', () => {
  const text = readFileSync(join(system.dataDir, 'logs/analytics-live.log'), 'utf8');
  expect(text).toContain('stream ended');
  for (const secret of [system.outputs.token, 'Bearer', 'liveOrders', 'live-1']) expect(text).not.toContain(secret);
});
