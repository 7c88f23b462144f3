import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeEvent, type TestEvent } from '../setup/events.ts';
import { startTestSystem, type TestSystem } from '../setup/system.ts';
import { callAdmin } from './call-admin.ts';

const VIEW = 'analytics.page_view';
const ORDER = 'orders.order.status_changed';
const CUSTOMER = 'customers.customer.updated';
let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem();
});
afterAll(() => system?.stop());

const views = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    makeEvent(VIEW, { session_id: `s${index % 7}`, page_url: 'https://shop.test/', product_id: `p${index}` }),
  );
const orders = (count: number, prefix = 'o') =>
  Array.from({ length: count }, (_, index) =>
    makeEvent(ORDER, {
      ...{
        order_id: `${prefix}${index}`,
        status: 'created',
        currency: 'EUR',
        customer_id: `c${index}`,
        email: 'ada@gmail.com',
      },
      items: [{ product_id: 'p1', quantity: 2, unit_price: '10.50' }],
    }),
  );

async function publish(events: readonly TestEvent[]): Promise<void> {
  for (let at = 0; at < events.length; at += 10) {
    const entries = events.slice(at, at + 10).map((event) => {
      return { source: event.source, type: event.type, body: JSON.stringify(event) };
    });
    expect((await system.put(entries)).filter(Boolean)).toEqual([]);
  }
}

/** EventBridge keeps whole seconds: a range ends before the one under way. */
async function nextSecond(): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 1_010 - (Date.now() % 1_000)));
  return new Date(Math.floor(Date.now() / 1_000) * 1_000).toISOString();
}

// biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of the answer.
async function ended(id: string): Promise<any> {
  return await vi.waitFor(
    async () => {
      const { body } = await callAdmin(system, `GET /replays/${id}`);
      expect(body.data.status).not.toBe('running');
      return body;
    },
    { timeout: 20_000, interval: 100 },
  );
}

async function replay(range: object): Promise<string> {
  const { status, body } = await callAdmin(system, 'POST /replays', { body: range });
  expect({ status, detail: body.detail }).toEqual({ status: 200 });
  return body.data.id;
}

/** All that events leave behind, without when they came. */
async function stored() {
  const [state] = await system.sql`
    select
      (select count(*)::int from analytics_events) as events,
      (select count(*)::int from processed_events) as ledger,
      (select md5(string_agg(e::text, '' order by event_source, event_id))
        from (select event_source, event_id, event_type, occurred_at, data from analytics_events) as e
        join processed_events using (event_source, event_id)) as content,
      (select md5(string_agg(o::text, '' order by order_id)) from orders as o) as orders,
      (select md5(string_agg(l::text, '' order by order_id, line_number)) from order_lines as l) as lines`;
  return state;
}

it.each([
  [{ from: '2026-01-01' }, 'to'],
  [{ from: 'monday', to: '2026-01-01' }, 'from'],
  [{ from: '2026-01-02', to: '2026-01-01' }, 'from'],
  [{ from: '2026-01-01', to: '2199-01-01' }, 'to'],
  [{ from: '2001-01-01', to: '2001-02-01' }, 'to'],
  [{ from: '2026-01-01', to: '2026-01-02', types: ['orders'] }, 'types'],
  [{ from: '2026-01-01', to: '2026-01-02', types: [{}] }, 'types'],
  [{ from: '2026-01-01', to: '2026-01-02', rule: 'x' }, 'rule'],
])('%j is refused for its %s', async (body, parameter) => {
  const answer = await callAdmin(system, 'POST /replays', { body });
  expect({ status: answer.status, parameter: answer.body.parameter }).toEqual({ status: 400, parameter });
});

describe('a range', () => {
  let from: string;
  beforeEach(async () => {
    from = await nextSecond();
  });

  it('a range replayed twice during live traffic changes no row', async () => {
    const archived = [...views(150), ...orders(20)];
    await publish(archived);
    await system.drain();
    const to = await nextSecond();
    const before = await stored();
    const live = views(60);
    const both = Promise.all([replay({ from, to }), replay({ from, to, types: [VIEW, ORDER] })]);
    await publish(live);
    for (const id of await both) {
      const { data, meta } = await ended(id);
      expect(data).toMatchObject({ status: 'succeeded', state: 'COMPLETED', progress: 1, effect: { stored: 0 } });
      expect(data.known).toEqual({ events: 170, isAtLeast: false });
      expect(meta.notes.join()).toContain('EventsDuplicate');
    }
    await system.drain();
    const after = await stored();
    expect(after).toMatchObject({ events: 230, ledger: 230, orders: before!.orders, lines: before!.lines });
    expect(await system.sql`select count(*)::int as letters from dead_letter_queue`).toEqual([{ letters: 0 }]);
  });

  it('events that were lost come back exactly once, though the first filter still knows them', async () => {
    const earlier = await stored();
    await publish([...views(120), ...orders(15, 'lost-')]);
    await system.drain();
    const to = await nextSecond();
    const before = await stored();
    expect(before!.events).toBe(earlier!.events + 135);
    const [lost] = await system.sql`
    with gone as (delete from analytics_events where received_at >= ${from} returning event_source, event_id)
    delete from processed_events using gone
    where (processed_events.event_source, processed_events.event_id) = (gone.event_source, gone.event_id)
    returning (select count(*)::int from gone) as events`;
    expect(lost!.events).toBe(135);
    await system.sql`delete from order_lines where order_id like 'lost-%'`;
    await system.sql`delete from orders where order_id like 'lost-%'`;

    const id = await replay({ from, to });
    await ended(id);
    await system.drain();
    expect(await stored()).toEqual(before);
    expect((await callAdmin(system, `GET /replays/${id}`)).body.data.effect).toEqual({ stored: 135 });
    await ended(await replay({ from, to }));
    await system.drain();
    expect(await stored()).toEqual(before);
  });

  it('a type alone goes to its own rule', async () => {
    await publish([...views(5), ...orders(2)]);
    await system.drain();
    const to = await nextSecond();
    const before = await stored();
    await system.sql`delete from analytics_events where received_at >= ${from}`;
    await system.sql`delete from processed_events where processed_at >= ${from}`;
    await ended(await replay({ from, to, types: ORDER }));
    await system.drain();
    const [types] = await system.sql`
    select array_agg(distinct event_type) as types, count(*)::int as events
    from analytics_events where received_at >= ${from}`;
    expect(types).toEqual({ types: [ORDER], events: 2 });
    await ended(await replay({ from, to }));
    await system.drain();
    expect((await stored())!.content).toBe(before!.content);
  });

  it('brings nobody back who was erased', async () => {
    await publish([makeEvent(CUSTOMER, { customer_id: 'ada-4711', email: 'ada@gmail.com', country: 'GB' })]);
    await system.drain();
    const to = await nextSecond();
    expect((await callAdmin(system, 'DELETE /customers/ada-4711')).body.data.isComplete).toBe(true);
    await system.sql`delete from analytics_events where event_type = ${CUSTOMER}`;
    await system.sql`delete from processed_events where processed_at >= ${from}`;
    await ended(await replay({ from, to, types: [CUSTOMER] }));
    await system.drain();
    const named = await system.sql`
    select count(*)::int as events, count(customer_id)::int as named from analytics_events where event_type = ${CUSTOMER}`;
    expect(named).toEqual([{ events: 1, named: 0 }]);
    expect(await system.sql`select 1 from customers where customer_id = 'ada-4711'`).toEqual([]);
  });

  it('a dry run tells what there is and begins nothing', async () => {
    await publish([...views(3), ...orders(1)]);
    await system.drain();
    const to = await nextSecond();
    const [before] = await system.sql`select count(*)::int as replays from replays`;
    const { status, body } = await callAdmin(system, 'POST /replays?dryRun=true', { body: { from, to } });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      ...{ from, to },
      known: { events: 4, isAtLeast: false, byType: { [ORDER]: 1, [VIEW]: 3 } },
      archive: { retentionDays: 90, events: expect.any(Number), bytes: expect.any(Number) },
    });
    expect(body.data.rules).toContain('analytics-analytics-page_view');
    expect(body.data.rules).not.toContain('analytics-unmatched');
    expect(body.meta).toMatchObject({ dryRun: true, notes: [expect.stringContaining('10 minutes')] });
    expect(await system.sql`select count(*)::int as replays from replays`).toEqual([before]);
  });

  it('tells its progress and can be cancelled', async () => {
    await publish(views(1_500));
    await system.drain();
    const to = await nextSecond();
    const id = await replay({ from, to });
    expect((await callAdmin(system, `POST /replays/${id}/cancel?dryRun=true`)).body.data.cancelled).toBe(0);
    const running = (await callAdmin(system, `GET /replays/${id}`)).body.data;
    expect(running).toMatchObject({ status: 'running', finishedAt: null });
    const cancelled = await callAdmin(system, `POST /replays/${id}/cancel`, { key: `cancel-${id}` });
    expect(cancelled.body.data).toEqual({ id, matched: 1, cancelled: 1 });
    expect((await ended(id)).data).toMatchObject({ status: 'cancelled', finishedAt: expect.any(String) });
    expect((await callAdmin(system, `POST /replays/${id}/cancel`)).status).toBe(409);
    await system.drain();
    const { body } = await callAdmin(system, 'GET /replays?limit=1&status=cancelled');
    expect(body.data.map((row: { id: string }) => row.id)).toEqual([id]);
  });

  it('is begun once under one Idempotency-Key', async () => {
    await publish(views(1));
    const to = await nextSecond();
    const ask = () => callAdmin(system, 'POST /replays', { key: 'once', body: { from, to } });
    const [first, second] = [await ask(), await ask()];
    expect(second.body.data).toEqual(first.body.data);
    expect(await system.sql`select count(*)::int as replays from replays where from_at = ${from}`).toEqual([
      { replays: 1 },
    ]);
    await ended(first.body.data.id);
  });

  it('the job ends what nobody asks about, and what EventBridge never began', async () => {
    const to = await nextSecond();
    const id = await replay({ from, to });
    await system.sql`
    insert into replays (name, from_at, to_at, types, known_before, requested_at)
    values ('analytics-gone', ${from}, ${to}, '{}', 0, now() - interval '16 minutes'),
      ('analytics-new', ${from}, ${to}, '{}', 0, now())`;
    await vi.waitFor(
      async () => {
        await system.runJob('follow-replays');
        expect(await system.sql`select status from replays where id = ${id}`).toEqual([{ status: 'succeeded' }]);
      },
      { timeout: 10_000, interval: 300 },
    );
    expect(
      await system.sql`select name, status from replays where name like 'analytics-%g%o%n%e' or name = 'analytics-new' order by 1`,
    ).toEqual([
      { name: 'analytics-gone', status: 'failed' },
      { name: 'analytics-new', status: 'running' },
    ]);
    await system.sql`delete from replays where name = 'analytics-new'`;
  });
});

it('is the admin scope that may', async () => {
  const answer = await callAdmin(system, 'POST /replays', { body: {}, token: system.outputs.token });
  expect(answer.status).toBe(403);
  expect((await callAdmin(system, 'GET /replays/999999')).status).toBe(404);
});
