import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeDataDir, runCli } from '../commands/run-cli.ts';
import { makeEvent } from '../setup/events.ts';
import { startTestSystem, type TestSystem } from '../setup/system.ts';

const TYPE = 'analytics.cart_changed';
let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem();
  writeFileSync(join(system.dataDir, 'outputs.json'), JSON.stringify(system.outputs));
});
afterAll(() => system?.stop());
beforeEach(() => system.sql`truncate dead_letter_queue restart identity`);

const admin = (...words: string[]) => runCli('admin', [...words, '--data-dir', system.dataDir]);

async function deadLetters(count: number): Promise<void> {
  const bodies = Array.from({ length: count }, () => JSON.stringify(makeEvent(TYPE, { session_id: 's' })));
  await system.send(TYPE, bodies);
  await system.drain();
}

describe('npm run admin -- dead-letters', () => {
  it('lists, pages and shows', async () => {
    expect(await admin('dead-letters', 'list')).toEqual({ code: 0, out: 'no dead letters\n', err: '' });
    await deadLetters(2);
    const first = await admin('dead-letters', 'list', '--type', TYPE, '--reason', 'schema_violation', '--limit', '1');
    expect(first.out).toMatch(
      /^id +type +reason +pointer +event +received +status +replays\n─.*\n2 +analytics\.cart_changed /,
    );
    const [, cursor = ''] = /more with --cursor (\S+)\n$/.exec(first.out) ?? [];
    const second = await admin('dead-letters', 'list', '--cursor', cursor);
    expect(second.out).toMatch(/\n1 +analytics\.cart_changed +schema_violation .* open +0\n$/);
    const shown = JSON.parse((await admin('dead-letters', 'show', '1')).out);
    expect(shown).toMatchObject({ id: '1', reason: 'schema_violation', maskedView: expect.anything() });
  });

  it('replays and discards by id, after a dry run that does nothing', async () => {
    await deadLetters(1);
    expect((await admin('dead-letters', 'replay', '1', '--dry-run')).out).toBe('would replay dead letter 1\n');
    expect((await admin('dead-letters', 'discard', '1', '--dry-run')).out).toBe('would discard dead letter 1\n');
    expect((await admin('dead-letters', 'replay', '1')).out).toBe('replayed dead letter 1\n');
    await system.drain();
    expect((await admin('dead-letters', 'discard', '1')).out).toBe('discarded dead letter 1\n');
    expect(await system.sql`select status, replays from dead_letter_queue`).toEqual([
      { status: 'discarded', replays: 1 },
    ]);
  });

  it('replays what a filter matches', async () => {
    await deadLetters(3);
    const filter = ['--reason', 'schema_violation', '--type', TYPE];
    expect((await admin('dead-letters', 'replay', ...filter, '--dry-run')).out).toBe('would replay 3 dead letters\n');
    expect((await admin('dead-letters', 'replay', ...filter, '--limit', '2')).out).toMatch(
      /^replayed 2 of 3 dead letters, 0 could not be sent; 1 remain, with --cursor \S+\n$/,
    );
    await system.drain();
    expect((await admin('dead-letters', 'replay', ...filter)).out).toBe(
      'replayed 3 of 3 dead letters, 0 could not be sent\n',
    );
    await system.drain();
  });

  it.each([
    [['dead-letters', 'show', '99'], 'admin: There is no dead letter of this id (404)\n'],
    [['dead-letters', 'list', '--reason', 'other'], /^admin: reason: expected too_large or /],
    [['dead-letters', 'replay'], /^admin: replay needs an ID or a filter/],
    [['dead-letters', 'burn', '1'], /^admin: no such command\nusage: npm run admin/],
    [[], /^admin: no such command\nusage: npm run admin/],
  ])('%j says what is wrong', async (words, expected) => {
    const { code, out, err } = await admin(...words);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(expected);
  });
});

it('npm run admin -- replays starts, shows, lists and cancels', async () => {
  const range = ['--from', new Date(Date.now() - 60_000).toISOString(), '--to', new Date().toISOString()];
  expect((await admin('replays', 'list')).out).toBe('no replays\n');
  expect((await admin('replays', 'start', ...range, '--type', TYPE, '--dry-run')).out).toMatch(
    /^would replay events of 1 types from \S+ to \S+: 0 of them are stored already; the archive keeps events since \S+\n/,
  );
  expect((await admin('replays', 'start', ...range)).out).toMatch(/^replay 1 of events of \d\d types .* has begun/);
  await vi.waitFor(async () => {
    expect(JSON.parse((await admin('replays', 'show', '1')).out)).toMatchObject({ id: '1', status: 'succeeded' });
  }, 10_000);
  expect((await admin('replays', 'list', '--status', 'succeeded')).out).toMatch(/\n1 .* succeeded +100 % /);
  expect((await admin('replays', 'cancel', '1')).err).toBe('admin: This replay is not running but succeeded (409)\n');
  expect((await admin('replays', 'start')).err).toMatch(/^admin: replays start needs --from TIME and --to TIME/);
});

it('npm run admin -- costs tells what the events of each type occupy', async () => {
  await system.send(TYPE, [
    JSON.stringify(makeEvent(TYPE, { session_id: 's', product_id: 'p', action: 'add', quantity: 1 })),
  ]);
  await system.drain();
  const { out } = await admin('costs');
  expect(out).toMatch(/^type +rows +bytes +share +bytes an event +a month\n─/);
  expect(out).toMatch(/analytics\.cart_changed +1 +[\d,]+ +100\.0 % /);
  expect(out).toMatch(/\nall with the events +[\d,]+ +–\n/);
});

it('npm run admin -- jobs tells the last runs', async () => {
  await system.runJob('return-dead-letters');
  const { out } = await admin('jobs', '--limit', '5');
  expect(out).toMatch(/return-dead-letters .* succeeded +\{"failed":0,"matched":0,"replayed":0,"remaining":0\}/);
});

it('npm run admin -- reconciliations tells what a file of counts found missing, and acknowledges it', async () => {
  expect(await admin('reconciliations')).toEqual({ code: 0, out: 'no findings\n', err: '' });
  const [from, to] = [new Date(Date.now() - 4 * 3_600_000), new Date(Date.now() - 3 * 3_600_000)];
  const file = join(system.dataDir, 'counts.json');
  writeFileSync(file, JSON.stringify({ counts: [{ source: '/shop', type: TYPE, from, to, count: 3 }] }));
  const view = makeEvent(TYPE, { session_id: 's', product_id: 'p', action: 'add', quantity: 1 }, { source: '/shop' });
  await system.send(TYPE, [JSON.stringify({ ...view, time: from })]);
  await system.drain();

  const ran = await runCli('job', ['reconcile', `@${file}`, '--data-dir', system.dataDir]);
  expect(JSON.parse(ran.out)).toMatchObject({ compared: 1, open: { sequence: 0, count: 1, rate: 0 }, isDone: true });
  const { out } = await admin('reconciliations', '--kind', 'count', '--status', 'open');
  expect(out).toMatch(/\n1 +count +analytics\.cart_changed +\/shop .* 3 +1 +2 +0 +open\n$/);
  const period = `from=${from.toISOString()}&to=${to.toISOString()}`;
  const answer = await system.get(`/api/v1/analytics/data-quality?${period}`);
  const { data } = (await answer.json()) as { data: { reconciliations: unknown } };
  expect(data.reconciliations).toMatchObject([
    { kind: 'count', type: TYPE, source: '/shop', expected: 3, found: 1, missing: 2, acknowledged: false },
  ]);

  expect((await admin('reconciliations', 'acknowledge', '1', '--dry-run')).out).toBe('would acknowledge finding 1\n');
  expect((await admin('reconciliations', 'acknowledge', '1')).out).toBe('acknowledged finding 1\n');
  expect((await admin('reconciliations', 'acknowledge', '1')).err).toMatch(
    /This finding is not open: it is acknowledged/,
  );
  const again = await system.runJob('reconcile', { day: from.toISOString().slice(0, 10) });
  expect(again).toMatchObject({ compared: 1, open: { count: 0 } });
});

it('says when the system does not answer', async () => {
  const ran = await runCli('admin', ['jobs', '--data-dir', makeDataDir('http://127.0.0.1:1')]);
  expect(ran).toMatchObject({ code: 1, err: 'admin: the system at http://127.0.0.1:1 does not answer\n' });
});
