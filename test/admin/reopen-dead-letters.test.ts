import { setTimeout } from 'node:timers/promises';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { lockDeadLetter } from '#db/lock-dead-letter.ts';
import { markReplayed } from '#db/mark-replayed.ts';
import { reopenDeadLetters } from '#db/reopen-dead-letters.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

let db: TestDatabase;
let owner: Sql;
let admin: Sql;
let capture: Sql;

beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  owner = db.connect();
  admin = db.connect('analytics_admin');
  capture = db.connect('analytics_dlq');
});
afterAll(() => db.drop());
beforeEach(() => owner`truncate dead_letter_queue`);

const row = {
  ...{ deduplication_key: 'k', event_type: null, reason: 'processing_failed', pointer: '/a', keyword: 'b' },
  ...{ event_source: '/shop', event_id: 'e1', queue: 'q', received_at: '2026-03-01T00:00:00Z' },
  ...{ masked_view: { a: 1 }, original: '', data_key: '' },
};

async function store(status: string, source: string | null = '/shop'): Promise<string> {
  const [stored] = await owner<{ id: string }[]>`
    insert into dead_letter_queue (
      deduplication_key, reason, pointer, keyword, event_source, event_id, queue, received_at, status, masked_view, original, data_key
    ) values (${`${Math.random()}`}, 'malformed', '', '', ${source}, 'e1', 'q', now(), ${status}, '{}', '', '')
    returning id::text`;
  return stored!.id;
}

const reopen = (id: string, attributes: object = {}) =>
  capture.begin((tx) => reopenDeadLetters(tx, [{ dead_letter_id: id, row: { ...row, ...attributes } }]));
const read = () => owner`select status, reason, pointer, replays, event_source from dead_letter_queue`;

it('says why it failed now', async () => {
  const id = await store('replayed');
  expect(await reopen(id)).toEqual(new Set([id]));
  expect(await read()).toMatchObject([{ status: 'open', reason: 'processing_failed', pointer: '/a' }]);
});

it('leaves a letter discarded that was discarded while its replay was under way', async () => {
  const id = await store('discarded');
  expect(await reopen(id)).toEqual(new Set([id]));
  expect(await read()).toMatchObject([{ status: 'discarded', reason: 'processing_failed' }]);
});

it.each([
  ['of another source', { event_source: '/other' }],
  ['of another id', { event_id: 'e2' }],
])('finds no letter %s', async (_, attributes) => {
  expect(await reopen(await store('replayed'), attributes)).toEqual(new Set());
  expect(await read()).toMatchObject([{ status: 'replayed', reason: 'malformed' }]);
});

it('finds none where there is none of the id', async () => {
  expect(await reopen('999999999999999999')).toEqual(new Set());
});

it('keeps what is known of an identity that one of the two hides', async () => {
  const id = await store('replayed', null);
  await reopen(id);
  await reopen(id, { event_source: null });
  expect(await read()).toMatchObject([{ event_source: '/shop' }]);
});

it('of one that fails before it is marked waits for the mark, and is open after it', async () => {
  const id = await store('open');
  let reopened: Promise<unknown> | undefined;
  let isDone = false;
  await admin.begin(async (tx) => {
    await lockDeadLetter(tx, id);
    // The message is sent here, and dead-lettered at once
    reopened = reopen(id).then(() => {
      isDone = true;
    });
    await setTimeout(200);
    expect(isDone).toBe(false);
    await markReplayed(tx, [id]);
  });
  await reopened;
  expect(await read()).toMatchObject([{ status: 'open', reason: 'processing_failed', replays: 1 }]);
});
