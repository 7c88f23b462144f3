import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type FakeEndpoint, serveFakeEndpoint } from './fake-endpoint.ts';
import { makeDataDir, makeDirectory, runCli } from './run-cli.ts';

const event = (id: string, more: Record<string, unknown> = {}) =>
  JSON.stringify({ specversion: '1.0', id, source: '/test', type: 'analytics.page_view', data: {}, ...more });
const lines = (...texts: string[]) => `${texts.join('\n')}\n`;
const range = (count: number) => Array.from({ length: count }, (_, index) => event(`e${index}`));

const endpoints: FakeEndpoint[] = [];
afterEach(() => {
  for (const endpoint of endpoints.splice(0)) endpoint.close();
});

async function prepare(content: string | Buffer, ...serve: Parameters<typeof serveFakeEndpoint>) {
  const endpoint = await serveFakeEndpoint(...serve);
  endpoints.push(endpoint);
  const file = join(makeDirectory(), Buffer.isBuffer(content) ? 'events.ndjson.gz' : 'events.ndjson');
  writeFileSync(file, content);
  return { endpoint, file, at: ['--data-dir', makeDataDir(endpoint.url)] };
}

describe('publish', () => {
  it('sends each line as it is, in batches of ten', async () => {
    // 2^53 + 1, a raw U+2028, a CRLF and blank lines: all that reading a line may spoil.
    const odd = '{"id":"odd","source":"/test","type":"a","data":{"n":9007199254740993,"t":"a\u2028b"}}';
    const { endpoint, file, at } = await prepare(`${lines(...range(24), '', `${odd}\r`)}\n  \n`);

    const ran = await runCli('publish', [file, ...at]);

    expect(ran).toMatchObject({ code: 0, out: '25 events accepted\n' });
    expect(endpoint.requests.map(({ body }) => body.Entries.length).sort()).toEqual([10, 10, 5]);
    expect(endpoint.accepted.map(({ text }) => text).sort()).toEqual([...range(24), odd].sort());
    const [entry] = endpoint.requests[0]!.body.Entries;
    expect(entry).toMatchObject({ EventBusName: 'the-bus', Source: '/test', DetailType: 'analytics.page_view' });
  });

  it('closes a batch at 256 KiB and lets a larger event travel alone', async () => {
    const big = (id: string, kib: number) => event(id, { data: { text: 'x'.repeat(kib * 1024) } });
    const { endpoint, file, at } = await prepare(lines(big('a', 102), big('b', 102), big('c', 102), big('d', 900)));

    const ran = await runCli('publish', [file, ...at]);

    expect(ran).toMatchObject({ code: 0, out: '4 events accepted\n' });
    expect(endpoint.requests.map(({ body }) => body.Entries.length).sort()).toEqual([1, 1, 2]);
  });

  it('unpacks .gz, and reads the standard input', async () => {
    const { endpoint, file, at } = await prepare(gzipSync(lines(...range(3))));

    const ran = await runCli('publish', [file, '-', ...at], { input: event('last, without a line feed') });

    expect(ran).toMatchObject({ code: 0, out: '4 events accepted\n' });
    expect(endpoint.accepted).toHaveLength(4);
  });

  it('names file and line of what is not JSON, never the line, and sends nothing', async () => {
    const { endpoint, file, at } = await prepare(lines(event('a'), '', 'secret@example.com {', event('b'), '['));

    const ran = await runCli('publish', [file, ...at]);

    expect(ran.code).toBe(1);
    expect(ran.err).toContain(`${file}:3: not JSON\n`);
    expect(ran.err).toContain(`${file}:5: not JSON\n`);
    expect(ran.err).toContain('2 lines not JSON: nothing was sent');
    expect(ran.err).not.toContain('secret');
    expect(endpoint.requests).toEqual([]);
  });

  it('sends the rest when told to', async () => {
    const { endpoint, file, at } = await prepare(lines(event('a'), '{', event('b')));

    const ran = await runCli('publish', [file, '--skip-invalid', ...at]);

    expect(ran).toMatchObject({ code: 1, out: '2 events accepted, 1 line skipped\n' });
    expect(ran.err).toContain(`${file}:2: not JSON`);
    expect(endpoint.accepted).toHaveLength(2);
  });

  it('stops the standard input at a line that is not JSON, and says how many were accepted before', async () => {
    const { endpoint, at } = await prepare('');

    const ran = await runCli('publish', ['-', ...at], { input: lines(...range(12), 'nonsense', event('after')) });

    expect(ran).toMatchObject({ code: 1, out: '12 events accepted\n' });
    expect(ran.err).toContain('-:13: not JSON');
    expect(endpoint.accepted).toHaveLength(12);
  });

  it('names each event that the bus refuses with its code, and sends the others', async () => {
    const { endpoint, file, at } = await prepare(lines(event('a'), event('bad'), event('c')), (text) =>
      text.includes('"bad"') ? 'MalformedDetail' : undefined,
    );

    const ran = await runCli('publish', [file, ...at]);

    expect(ran).toMatchObject({ code: 1, out: '2 events accepted, 1 not accepted\n' });
    expect(ran.err).toContain(`${file}:2: not accepted: MalformedDetail`);
    expect(endpoint.accepted).toHaveLength(2);
  });

  it('tries throttled events again, and only those', async () => {
    const refused = new Map([[event('e3'), 2]]);
    const { endpoint, file, at } = await prepare(lines(...range(5)), (text) => {
      const left = refused.get(text) ?? 0;
      refused.set(text, left - 1);
      return left > 0 ? 'ThrottlingException' : undefined;
    });

    const ran = await runCli('publish', [file, ...at]);

    expect(ran).toMatchObject({ code: 0, out: '5 events accepted\n' });
    expect(endpoint.requests.map(({ body }) => body.Entries.length)).toEqual([5, 1, 1]);
    expect(endpoint.accepted).toHaveLength(5);
  });

  it('finds the event for which a whole request fails', async () => {
    const { file, at } = await prepare(lines(...range(3)), undefined, (texts) =>
      texts.some((text) => text === event('e1')) ? 'ValidationException' : undefined,
    );

    const ran = await runCli('publish', [file, ...at]);

    expect(ran).toMatchObject({ code: 1, out: '2 events accepted, 1 not accepted\n' });
    expect(ran.err).toContain(`${file}:2: not accepted: ValidationException`);
  });

  it('names lines that the bus cannot carry: without source or type, or of 1 MiB', async () => {
    const huge = event('huge', { data: { text: 'x'.repeat(1024 * 1024) } });
    const { endpoint, file, at } = await prepare(lines('[]', '{"type":"a"}', event('ok'), huge, 'null'));

    const ran = await runCli('publish', [file, ...at]);

    expect(ran).toMatchObject({ code: 1, out: '1 event accepted, 4 not accepted\n' });
    for (const line of [1, 2, 4, 5]) expect(ran.err).toContain(`${file}:${line}: not accepted: `);
    expect(endpoint.accepted).toHaveLength(1);
  });

  it('with --to sqs sends every line as it is to the queue of its type, else to the catch-all', async () => {
    const other = event('b', { type: 'toString' });
    const { endpoint, file, at } = await prepare(lines(event('a'), other, 'not { JSON', '{"data":{}}'));

    const ran = await runCli('publish', [file, '--to', 'sqs', ...at]);

    expect(ran).toMatchObject({ code: 0, out: '4 events accepted\n' });
    const sentTo = (name: string) =>
      endpoint.accepted.filter(({ to }) => to.endsWith(`/${name}`)).map(({ text }) => text);
    expect(sentTo('views')).toEqual([event('a')]);
    expect(sentTo('unmatched')).toEqual([other, 'not { JSON', '{"data":{}}']);
  });

  it('with --bus sends to AWS by the default chain, without a running system', async () => {
    const { endpoint, file } = await prepare(lines(event('a')));

    const ran = await runCli('publish', [file, '--bus', 'production-bus'], {
      env: {
        AWS_ENDPOINT_URL: endpoint.url,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'b',
      },
    });

    expect(ran).toMatchObject({ code: 0, out: '1 event accepted\n' });
    expect(endpoint.accepted).toEqual([{ to: 'production-bus', text: event('a') }]);
  });

  it('stops when nothing answers any more, and names what was not accepted', async () => {
    const { endpoint, file, at } = await prepare(lines(...range(2)));
    endpoint.close();

    const ran = await runCli('publish', [file, ...at]);

    expect(ran).toMatchObject({ code: 1, out: '0 events accepted, 2 not accepted\n' });
    expect(ran.err).toContain(`${file}:1: not accepted: ECONNREFUSED`);
    expect(ran.err).toContain(`stopped after ${file}:2: the receiver does not answer`);
  });

  it.each([
    [['no-such.ndjson'], 'no-such.ndjson: no such file'],
    [['/tmp'], '/tmp: is a directory'],
    [[], 'which FILE?'],
    [['-', '-'], 'the standard input (-) can be read once'],
    [['x', '--to', 'kinesis'], '--to is bus or sqs'],
    [['x', '--to', 'sqs', '--bus', 'b'], '--bus and --to sqs exclude each other'],
    [['x', '--fast'], "Unknown option '--fast'"],
  ])('refuses %j and says why', async (args, complaint) => {
    const { endpoint, at } = await prepare('');

    const ran = await runCli('publish', [...args, ...at]);

    expect(ran.code).toBe(1);
    expect(ran.err).toContain(`publish: ${complaint}`);
    expect(endpoint.requests).toEqual([]);
  });

  it('says when a packed file is damaged', async () => {
    const { file, at } = await prepare(gzipSync(lines(...range(200))).subarray(0, 300));

    const ran = await runCli('publish', [file, ...at]);

    expect(ran.code).toBe(1);
    expect(ran.err).toContain(`publish: ${file}: cannot be read (Z_BUF_ERROR)`);
  });
});
