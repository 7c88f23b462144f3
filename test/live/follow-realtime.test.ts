import { expect, it } from 'vitest';
import type { Asked } from '../../functions/live/ask-realtime.ts';
import { type Following, followRealtime } from '../../functions/live/follow-realtime.ts';

const answer = (etag: string, text = '{}'): Asked => ({ status: 200, etag, contentType: 'application/json', text });
const status = (code: number): Asked => ({ status: code, etag: null, contentType: null, text: '{"message":"x"}' });
const known = status(304);

/** What is sent while the API answers this, one after the other; then the stream is over. An error is thrown. */
async function follow(answers: readonly (Asked | Error)[], options: Partial<Following> = {}) {
  const over = new AbortController();
  const tags: (string | undefined)[] = [];
  const failures: unknown[] = [];
  const left = [...answers];
  const following: Following = {
    ...{ first: answer('W/"1"', '{"n":1}'), etag: undefined, intervalMs: 1, signal: over.signal },
    onFailure: (failure) => failures.push(failure),
    ask: async (etag) => {
      tags.push(etag);
      const next = left.shift();
      if (left.length === 0) setTimeout(() => over.abort());
      if (next instanceof Error) throw next;
      return next ?? known;
    },
    ...options,
  };
  const sent: string[] = [];
  for await (const chunk of followRealtime(following)) sent.push(chunk);
  return { sent, tags, failures, left };
}

const END = /^event: end\ndata: (.*)\n\n$/;

it('sends the first answer, then those that differ, each with its tag', async () => {
  const { sent, tags } = await follow([known, answer('W/"2"', '{"n":2}'), known, known]);
  expect(sent).toEqual([
    'retry: 1000\n\n',
    'event: realtime\nid: W/"1"\ndata: {"n":1}\n\n',
    'event: realtime\nid: W/"2"\ndata: {"n":2}\n\n',
  ]);
  expect(tags.slice(0, 4)).toEqual(['W/"1"', 'W/"1"', 'W/"2"', 'W/"2"']);
});

it('begins without an answer where the viewer has it, and asks whether it still holds', async () => {
  const { sent, tags } = await follow([known], { first: known, etag: 'W/"0"' });
  expect(sent).toEqual(['retry: 1000\n\n']);
  expect(tags[0]).toBe('W/"0"');
});

it('writes a line of data for each line of an answer', async () => {
  const { sent } = await follow([], { first: answer('W/"1"', '{\n"event: end": 1}') });
  expect(sent[1]).toBe('event: realtime\nid: W/"1"\ndata: {\ndata: "event: end": 1}\n\n');
});

it.each([401, 403, 400, 404])('ends with a problem where the API refuses with %i', async (code) => {
  const { sent, left } = await follow([known, status(code), answer('W/"2"')]);
  expect(JSON.parse(END.exec(sent.at(-1)!)![1]!)).toMatchObject({ status: code, title: expect.any(String) });
  expect(left).toHaveLength(1);
});

const failing = [status(500), status(503), status(429), new TypeError('fetch failed')];

it('goes on after four failures in a row, with the tag it had', async () => {
  const { sent, failures, tags } = await follow([...failing, answer('W/"2"')]);
  expect(sent.at(-1)).toMatch(/^event: realtime\nid: W\/"2"/);
  expect(failures).toEqual([500, 503, 429, expect.any(TypeError)]);
  expect(tags[4]).toBe('W/"1"');
});

it('counts them anew after each answer, also one of no change', async () => {
  const { sent } = await follow([...failing, known, ...failing, answer('W/"2"')]);
  expect(sent.at(-1)).toMatch(/^event: realtime/);
});

it('ends with a problem after the fifth', async () => {
  const { sent, left } = await follow([...failing, status(500), answer('W/"2"')]);
  expect(JSON.parse(END.exec(sent.at(-1)!)![1]!)).toMatchObject({ status: 503, title: 'Unavailable' });
  expect(left).toHaveLength(1);
});

it('waits twice as long after each failure', async () => {
  const began = performance.now();
  await follow([...failing, answer('W/"2"')], { intervalMs: 10 });
  expect(performance.now() - began).toBeGreaterThan(10 + 20 + 40 + 80 + 160 - 20);
});

it('sends a comment where nothing else was sent for so long', async () => {
  const { sent } = await follow(Array(20).fill(known), { intervalMs: 10, heartbeatMs: 50 });
  const comments = sent.filter((chunk) => /^: .*\n\n$/.test(chunk));
  expect(comments.length).toBeGreaterThan(1);
  expect(comments.length).toBeLessThan(6);
});

it('ends at once when it is over, though it waits', async () => {
  const began = performance.now();
  const { sent } = await follow([], { intervalMs: 60_000, signal: AbortSignal.timeout(50) });
  expect(sent).toHaveLength(2);
  expect(performance.now() - began).toBeLessThan(5_000);
});
