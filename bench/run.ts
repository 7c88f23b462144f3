import { benchGuards } from './guards.ts';
import { benchIngestTransaction } from './ingest-transaction.ts';
import { makeReport } from './report.ts';
import { benchWholeSystem } from './whole-system.ts';

const report = makeReport();
const copyRate = await benchIngestTransaction(report);
await benchWholeSystem(report, copyRate);
await benchGuards(report);
report.print();
