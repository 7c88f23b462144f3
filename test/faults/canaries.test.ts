import { expect, it } from 'vitest';
import { scan, type Text } from '../setup/canary-scan.ts';
import { runFunctions } from './find-leaks-of-functions.ts';
import { sqlStates } from './personal-traffic.ts';
import { reportFigure } from './run-trials.ts';

const lengthAt = (texts: readonly Text[], place: string) =>
  texts.filter(([name]) => name === place).reduce((sum, [, text]) => sum + text.length, 0);

it('keeps and says nothing personal, whatever is sent and however the database fails', async () => {
  const texts = await runFunctions(sqlStates);

  const hits = scan(texts);
  expect(hits).toEqual([]);
  // a search of nothing finds nothing
  const places = ['processed_events', 'dead_letter_queue', 'orders', 'sessions', 'customers', 'job_runs'];
  for (const table of places) expect(lengthAt(texts, `table ${table}`), table).toBeGreaterThan(50);
  for (const name of ['ingest', 'dlq', 'query', 'job'])
    expect(lengthAt(texts, `answer of ${name}`)).toBeGreaterThan(500);
  expect(lengthAt(texts, 'request BatchWriteItem')).toBeGreaterThan(500);
  expect(lengthAt(texts, 'attributes of dead letters')).toBeGreaterThan(1000);
  // every error has reached the log
  const log = texts.flatMap(([place, text]) => (place === 'log' ? [text] : [])).join('\n');
  expect(sqlStates.filter((sqlState) => !log.includes(`"${sqlState}"`))).toEqual([]);

  const kilobytes = Math.round(texts.reduce((sum, [, text]) => sum + text.length, 0) / 1000);
  reportFigure({
    what: 'canaries in tables, logs, dead letters, idempotency records, answers',
    trials: sqlStates.length,
    figure: `${hits.length} hits in ${kilobytes} kB`,
    target: '0 hits',
  });
}, 120_000);
