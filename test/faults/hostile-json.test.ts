import { expect, it } from 'vitest';
import type { Reason } from '#contract/dead-letters.ts';
import { describeShape } from '#core/describe-shape.ts';
import { maskEvent } from '#core/mask-event.ts';
import { readEvent } from '#core/read-event.ts';
import { toRows } from '#core/rows.ts';
import type { Random } from '../../local/sample/random.ts';
import { bodyWith, limits } from '../core/sample-events.ts';
import { testKeys } from '../setup/ingestion.ts';
import { reportFigure, runTrials } from './run-trials.ts';

/** Quadratic work over 256 KiB takes seconds; linear work, milliseconds. */
const SLOW_MS = 1_000;
const DEPTH = 200_000;

/** The reason of each; undefined: it is stored. Where the field decides, it is stored masked or refused by its schema. */
const makers: Readonly<
  Record<string, (random: Random) => readonly [body: string, reason: Reason | 'by the field' | undefined]>
> = {
  'arrays, never closed': () => ['['.repeat(DEPTH), 'malformed'],
  'arrays, too large once closed': () => [bodyWith(`"x":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`), 'too_large'],
  'objects, never closed': () => ['{"a":'.repeat(40_000), 'malformed'],
  'objects in objects': () => [bodyWith(`"x":${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`), 'malformed'],
  'arrays in arrays': () => [bodyWith(`"x":${'['.repeat(100_000)}${']'.repeat(100_000)}`), 'malformed'],
  'a forbidden name': (random) => {
    const name = random.pick(['__proto__', 'constructor', 'prototype', '\\u005f_proto__', 'c\\u006fnstructor']);
    return [bodyWith(`"x":[{"${name}":{"polluted":1}}]`), 'malformed'];
  },
  'a number beyond doubles': (random) => [
    bodyWith(`"x":${random.pick(['', '-'])}1e${random.integer(309, 9_999)}`),
    'malformed',
  ],
  'a number of many digits': (random) => [
    bodyWith(`"total_amount":${'9'.repeat(random.integer(13, 200))}`),
    'schema_violation',
  ],
  '2^53+1 where nobody looks': () => [bodyWith('"x":9007199254740993'), undefined],
  '2^53+1 as an amount': () => [bodyWith('"total_amount":9007199254740993'), 'schema_violation'],
  'a name twice': (random) => [bodyWith(`"x":1,${' '.repeat(random.integer(0, 9))}"\\u0078":2`), 'malformed'],
  'half a surrogate pair': (random) => [
    bodyWith(`"x":"\\u${random.pick(['d800', 'DBFF', 'dc00', 'DFFF'])}"`),
    'bad_encoding',
  ],
  'a raw half of a pair': () => [bodyWith('"x":"\udc00"'), 'bad_encoding'],
  'a NUL': (random) => [bodyWith(`"x":"${random.pick(['\0', '\\u0000'])}"`), 'bad_encoding'],
  'backslashes without end': () => [bodyWith(`"x":"${'\\\\'.repeat(100_000)}"`), undefined],
  'quotes without end': () => [bodyWith(`"x":"${'\\"'.repeat(100_000)}"`), undefined],
  'a string that regular expressions choke on': (random) => {
    const unit = random.pick(['a', 'a@', '1', '.', '::', '+1 ', 'é', '/..', '%2', '((', '-', ' ']);
    const field = random.pick(['email', 'ip_address', 'user_agent', 'phone', 'customer_name', 'channel']);
    return [bodyWith(`"${field}":"${unit.repeat(200_000 / Buffer.byteLength(unit))}!"`), 'by the field'];
  },
};

it('gives every hostile body its reason, without a crash and without hanging', async () => {
  const slowest = { ms: 0 };
  const kinds = Object.entries(makers);
  const trials = await runTrials(
    'hostile-json',
    { quick: 2 * kinds.length, full: 60 * kinds.length },
    async (random, trial) => {
      const [kind, make] = kinds[trial % kinds.length]!;
      const [body, reason] = make(random);
      const start = performance.now();
      const result = readEvent(body, limits);
      describeShape(body);
      const found = 'rejection' in result ? result.rejection.reason : undefined;
      if ('event' in result) toRows(maskEvent(result.event, testKeys));
      slowest.ms = Math.max(slowest.ms, performance.now() - start);
      if (reason === 'by the field') expect([undefined, 'schema_violation'], kind).toContain(found);
      else expect(found, kind).toBe(reason);
      expect(performance.now() - start, kind).toBeLessThan(SLOW_MS);
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    },
  );
  reportFigure({
    what: `hostile JSON of ${kinds.length} kinds (the slowest took ${Math.round(slowest.ms)} ms)`,
    trials,
    figure: 'crashes 0, each with its reason',
    target: 'crashes 0',
  });
});
