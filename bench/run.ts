import { parseArgs } from 'node:util';
import { benchGuards } from './guards.ts';
import { benchIngestTransaction } from './ingest-transaction.ts';
import { makeReport } from './report.ts';
import { benchWholeSystem } from './whole-system.ts';
import { benchYear } from './year/run-year.ts';

const { events } = parseArgs({ options: { events: { type: 'string' } } }).values;
if (events === undefined) {
  const report = makeReport();
  const copyRate = await benchIngestTransaction(report);
  await benchWholeSystem(report, copyRate);
  await benchGuards(report);
  report.print();
} else {
  if (!/^\d{5,8}$/.test(events))
    throw new Error('--events: expected how many the year has at least, from 10000 to 99999999');
  await benchYear(Number(events));
}
