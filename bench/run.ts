import { benchIngestTransaction } from './ingest-transaction.ts';
import { makeReport } from './report.ts';

const report = makeReport();
await benchIngestTransaction(report);
report.print();
