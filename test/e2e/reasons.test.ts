import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deadLetterQueueName, type EventType, eventTypes, UNMATCHED } from '#contract/event-types.ts';
import { MAX_BODY_BYTES } from '#core/check-body.ts';
import { startTestSystem, type TestSystem } from '../setup/system.ts';
import { findCanaries } from './find-canaries.ts';
import { findLeaks } from './find-leaks.ts';
import { canaries, TOKEN } from './personal-values.ts';
import { readLetters, type StoredLetter } from './read-letters.ts';
import { makePersonalEvent, orderOfSize, type RefusedEvent, refusedEvents, SOURCE } from './refused-events.ts';

type Way = 'queue' | 'bus';
const ways: readonly Way[] = ['queue', 'bus'];
const ORDER = 'orders.order.status_changed';

/** Each event on each way, with an identity of its own that says which it is. */
const sent = ways.flatMap((way) =>
  refusedEvents
    .filter(({ notOnBus }) => way === 'queue' || notOnBus === undefined)
    .map((refused, index) => ({ way, ...refused, id: `${way}-${index}`, text: refused.body(`${way}-${index}`) })),
);
type Sent = (typeof sent)[number];

const knownType = (name: string): EventType => eventTypes.find(({ type }) => type === name)?.type ?? ORDER;
const goodBeside = ({ id, sentAs }: Sent) => makePersonalEvent(knownType(sentAs), `good-${id}`);

/** The first to arrive, and what comes under its identity with another content. */
const conflicts = ways.map((way) => {
  const id = `conflict-${way}`;
  const time = new Date().toISOString();
  const first = JSON.stringify(makePersonalEvent(ORDER, id, { time }));
  const other = makePersonalEvent(ORDER, id, { time }, { customer_name: `Other ${TOKEN}` });
  return { way, id, first, other: JSON.stringify(other) };
});

let system: TestSystem;
let letters: StoredLetter[];
const codes: (string | undefined)[] = [];

async function sendOn(way: Way, sentAs: string, bodies: readonly string[]): Promise<void> {
  if (way === 'queue') return system.send(sentAs, bodies);
  const type = sentAs === UNMATCHED ? 'shop.unheard.of' : sentAs;
  codes.push(...(await system.put(bodies.map((body) => ({ source: SOURCE, type, body })))));
}

beforeAll(async () => {
  system = await startTestSystem();
  for (const one of sent) await sendOn(one.way, one.sentAs, [one.text, JSON.stringify(goodBeside(one))]);
  for (const { way, first } of conflicts) await sendOn(way, ORDER, [first]);
  await system.send(ORDER, [orderOfSize('just-small-enough', MAX_BODY_BYTES)]);
  await system.send('analytics.page_view', [
    JSON.stringify(makePersonalEvent('payments.payment.confirmed', 'strayed')),
  ]);
  await system.drain();
  for (const { way, other } of conflicts) await sendOn(way, ORDER, [other, other]);
  await system.drain();
  for (const { way, other } of conflicts) await sendOn(way, ORDER, [other]);
  await system.drain();
  letters = await readLetters(system);
});
afterAll(() => system?.stop());

const lettersOf = (text: string) => letters.filter(({ original }) => original === text);

describe.each(ways)('an event that is refused, through the %s,', (way) => {
  test.each(sent.filter((one) => one.way === way))('is one dead letter: $reason, $name', (one) => {
    const { reason, pointer, keyword, type, id, text } = one;
    const found = lettersOf(text);
    const subscribed = eventTypes.some((row) => row.type === type);
    expect(found).toEqual([
      {
        ...{ type, reason, pointer, keyword, status: 'open' },
        // A body that is not read says nothing about itself.
        ...(isRead(one) ? { source: SOURCE, id } : { source: null, id: null }),
        queue: deadLetterQueueName(subscribed ? type! : UNMATCHED),
        view: expect.anything(),
        original: text,
      },
    ]);
  });
});

const isRead = ({ reason, pointer }: RefusedEvent) =>
  !['too_large', 'bad_encoding', 'malformed'].includes(reason) && pointer !== '';

test('the bus took all that it can carry, and refuses the rest', async () => {
  expect(codes.filter((code) => code !== undefined)).toEqual([]);
  const refused = refusedEvents.filter(({ notOnBus }) => notOnBus);
  const answers = await system.put(refused.map(({ body }) => ({ source: SOURCE, type: ORDER, body: body('x') })));
  expect(answers).toEqual(refused.map(() => 'MalformedDetail'));
});

test('every good event beside them is stored once, and nothing else', async () => {
  const rows = await system.sql<{ id: string }[]>`select event_id as id from analytics_events`;
  const good = [
    ...sent.map(({ id }) => `good-${id}`),
    ...conflicts.map(({ id }) => id),
    'just-small-enough',
    'strayed',
  ];
  expect(rows.map(({ id }) => id).sort()).toEqual(good.sort());
});

test("a known type on another type's queue is handled by its type", async () => {
  const rows = await system.sql`select event_type, amount::text from analytics_events where event_id = 'strayed'`;
  expect([...rows]).toEqual([{ event_type: 'payments.payment.confirmed', amount: '12.50' }]);
});

test.each(conflicts)(
  'a repeated conflict through the $way is one dead letter, and the first stays',
  async (conflict) => {
    const { id, other, first } = conflict;
    const verdict = { type: ORDER, reason: 'identity_conflict', pointer: '/id', keyword: 'unique', source: SOURCE, id };
    expect(lettersOf(other)).toMatchObject([{ ...verdict, queue: deadLetterQueueName(ORDER), view: { id, data: {} } }]);
    expect(lettersOf(first)).toEqual([]);
    const rows = await system.sql`select data ->> 'customer_name' as name from analytics_events where event_id = ${id}`;
    expect([...rows]).toEqual([{ name: 'Z***' }]);
  },
);

test('there are no other dead letters, and nothing is left undelivered', () => {
  expect(letters).toHaveLength(sent.length + conflicts.length);
});

test('the view of a dead letter shows names that a schema knows, and lengths', () => {
  const one = sent.find(({ name }) => name === 'an amount that is a text')!;
  expect(lettersOf(one.text)[0]?.view).toMatchObject({
    type: `string(${ORDER.length})`,
    '*': '1 more',
    data: { email: expect.stringMatching(/^string\(\d+\)$/), total_amount: `string(${TOKEN.length})`, '*': '2 more' },
  });
});

describe('their values', () => {
  test('are in no table, log, idempotency record or answer, in any spelling', async () => {
    await system.runJob('aggregate');
    const { leaks, searched } = await findLeaks(system, canaries);
    expect(leaks).toEqual([]);
    for (const place of ['table dead_letter_queue', 'table orders', 'table sessions', 'runner', 'status']) {
      expect(searched).toHaveProperty(
        [place],
        expect.toSatisfy((length) => length > 0),
      );
    }
    expect(
      Object.keys(searched).filter((place) => /^log logs|^items of|^answer of/.test(place)).length,
    ).toBeGreaterThan(5);
  });

  test.each([
    `x${TOKEN.toUpperCase()}x`,
    `a${Buffer.from(`?${TOKEN}`).toString('base64')}`,
    `a${Buffer.from(`??${TOKEN}!`).toString('base64url')}`,
    `\\x00${Buffer.from(TOKEN).toString('hex')}ff`,
    encodeURIComponent(`${TOKEN}@gmail.com`),
  ])('would be found as %s', (text) => {
    expect(findCanaries(text, canaries)).not.toEqual([]);
  });
});
