import { data as currencies } from 'currency-codes';
import { formatAmount, parseDecimal } from '#core/money.ts';
import { pageNames, readPage, writeCursor } from '#core/page.ts';
import { commonNames, readCommonParameters, readParameters } from '#core/query-parameters.ts';
import type { SeenVersion } from '#core/rows.ts';
import { typeOfAggregate } from '#core/type-of-aggregate.ts';
import { countDataFaults, type DataFaults } from '#db/query/count-data-faults.ts';
import { type Gap, listGaps } from '#db/query/list-gaps.ts';
import { listOpenFindings, type OpenFinding, readUnjudgedTypes } from '#db/query/list-open-findings.ts';
import { listRestatements, type Restatement } from '#db/query/list-restatements.ts';
import { readFreshness } from '#db/query/read-freshness.ts';
import { readSnapshot } from '#db/query/read-snapshot.ts';
import { answerMeta } from '../answer-meta.ts';
import { askSales, salesQuestion } from '../ask-sales.ts';
import type { Route } from '../route.ts';

/** 500 gaps of so many numbers stay far below the 6 MB of an answer. */
const MOST_VERSIONS = 100;
const MOST_FINDINGS = 100;
const MOST_RESTATEMENTS = 100;

export const madeFrom = [
  ...[
    'hourly_metrics',
    'daily_metrics',
    'fx_rates',
    'dirty_windows',
    'sales_movements',
    'orders',
    'payments',
    'returns',
  ],
  ...['event_sequence_tracking', 'dead_letter_queue', 'reconciliations', 'reconcile_runs', 'job_runs', 'restatements'],
];

export const answer: Route = async ({ query, database, timeZone: businessZone, currency, now }) => {
  const parameters = readParameters(query, [...commonNames, ...pageNames]);
  const common = readCommonParameters(parameters, { timeZone: businessZone, currency, now });
  const { limit, after } = readPage(parameters, 2);
  const { range } = common;

  const { freshness, sales, faults, gaps, findings, unjudged, restatements } = await readSnapshot(
    database(),
    async (tx) => ({
      freshness: await readFreshness(tx, range),
      sales: await askSales(tx, salesQuestion(common, businessZone, range)),
      faults: await countDataFaults(tx, range),
      // one more tells whether there is another page
      gaps: await listGaps(tx, { after, limit: limit + 1, mostVersions: MOST_VERSIONS }),
      findings: await listOpenFindings(tx, range, MOST_FINDINGS + 1),
      unjudged: await readUnjudgedTypes(tx),
      restatements: await listRestatements(tx, range, MOST_RESTATEMENTS + 1),
    }),
  );

  const page = gaps.slice(0, limit);
  const last = gaps.length > limit ? page.at(-1) : undefined;
  const data = {
    gaps: page.map(({ aggregate, id, missing }) => ({ aggregate, id: shownId(id), missing })),
    ordersWithoutCreation: faults.ordersWithoutCreation,
    late: lateByType(faults),
    rejected: faults.rejected,
    reconciliations: findings.slice(0, MOST_FINDINGS),
    restatements: restatements.slice(0, MOST_RESTATEMENTS).map(showRestatement),
  };
  const meta = answerMeta(common, {
    now,
    freshness,
    unconverted: sales.total.unconverted,
    notes: [...notesOn(page, faults), ...notesOnFindings(findings, unjudged), ...notesOnRestatements(restatements)],
  });
  return {
    status: 200,
    body: { data, meta: { ...meta, nextCursor: last ? writeCursor([last.aggregate, last.id]) : null } },
  };
};

/** Product and warehouse are stored with U+0001 between them, which no id can hold. */
const shownId = (id: string) => id.replace('\u0001', '@');

function lateByType({ late }: DataFaults) {
  const byType = late.map(({ aggregate, count }) => ({
    type: typeOfAggregate[aggregate as SeenVersion['aggregate']],
    count,
  }));
  return { count: byType.reduce((sum, { count }) => sum + count, 0), byType };
}

function notesOn(page: readonly Gap[], { ordersWithoutEvents }: DataFaults): string[] {
  return [
    'gaps, ordersWithoutCreation, late: over all time; rejected: received in the period',
    ...(ordersWithoutEvents > 0
      ? [`${ordersWithoutEvents} orders are known only by their payments, shipments or returns`]
      : []),
    ...page
      .filter(({ missing, missingCount }) => missingCount > missing.length)
      .map(({ aggregate, id, missing, missingCount }) => {
        return `gaps: ${aggregate} ${shownId(id)} lists the lowest ${missing.length} of ${missingCount} missing versions`;
      }),
  ];
}

function notesOnFindings(findings: readonly OpenFinding[], unjudged: readonly string[] | null): string[] {
  if (unjudged === null) return ['reconciliations: no run has compared anything yet'];
  return [
    ...(findings.length > MOST_FINDINGS ? [`reconciliations: the latest ${MOST_FINDINGS} of more`] : []),
    ...(unjudged.length > 0
      ? [`reconciliations: not enough history to say what is normal of ${unjudged.join(', ')}`]
      : []),
  ];
}

/** Amounts in the currency's own decimals; counts are whole. */
function showRestatement({ before, after, delta, ...restatement }: Restatement) {
  const digits = isCount.test(restatement.metric)
    ? 0
    : (currencies.find(({ code }) => code === restatement.currency)?.digits ?? 0);
  const show = (value: string) => formatAmount(parseDecimal(value), digits);
  return { ...restatement, before: show(before), after: show(after), delta: show(delta) };
}

const isCount = /^(orders|payments|cancelled(ByOrderDate)?)$/;

const notesOnRestatements = (restatements: readonly Restatement[]): string[] =>
  restatements.length > MOST_RESTATEMENTS ? [`restatements: the latest ${MOST_RESTATEMENTS} of more`] : [];
