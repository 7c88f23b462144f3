import type { TransactionSql } from 'postgres';
import type { ContributionSource } from '#core/explained-metrics.ts';
import { normalizeInstant } from '#core/instant.ts';
import { formatAmount, parseDecimal } from '#core/money.ts';
import { type Page, pageNames, readPage, writeCursor } from '#core/page.ts';
import { BadParameter } from '#core/problem.ts';
import { type CommonParameters, commonNames, readCommonParameters, readParameters } from '#core/query-parameters.ts';
import type { Range } from '#core/time-windows.ts';
import { countUnconverted } from '#db/query/explain/count-unconverted.ts';
import { type Contribution, listContributions } from '#db/query/explain/list-contributions.ts';
import { sumContributions } from '#db/query/explain/sum-contributions.ts';
import { listMissingInputs } from '#db/query/list-missing-inputs.ts';
import { type Freshness, readFreshness } from '#db/query/read-freshness.ts';
import { readSnapshot } from '#db/query/read-snapshot.ts';
import { answerMeta, notesOnMissing } from '../answer-meta.ts';
import { explainCredits } from '../explain-credits.ts';
import { inputsOf, isUnknown } from '../explained-inputs.ts';
import { type Evidence, nameEvents } from '../name-events.ts';
import { overdueSince } from '../overdue-since.ts';
import { type Cell, cellNames, readCell } from '../read-cell.ts';
import type { Route } from '../route.ts';
import { showContribution } from '../show-contribution.ts';

export const madeFrom = [
  ...['orders', 'order_lines', 'payments', 'shipments', 'returns', 'return_lines', 'sessions'],
  ...['session_products', 'customers', 'visitor_identities', 'customer_journey_events', 'spend', 'stock'],
  ...['active_users', 'active_channels', 'fx_rates', 'analytics_events', 'dirty_windows'],
];

const KEY_LENGTH = 5;
const ofRawEvents: readonly ContributionSource[] = ['activeSessions', 'pageViews'];
const MOST_HOURS = 7 * 24;

export const answer: Route = async ({ query, database, timeZone: businessZone, currency, now }) => {
  const parameters = readParameters(query, [...commonNames, ...cellNames, ...pageNames]);
  const common = readCommonParameters(parameters, { timeZone: businessZone, currency, now });
  const cell = readCell(parameters);
  expectFewHours(cell, common.range);
  const { limit, after } = readKey(readPage(parameters, KEY_LENGTH));

  const { sum, unconverted, rows, evidence, missing, freshness } = await readSnapshot(database(), async (tx) => {
    const freshness = await readFreshness(tx, common.range);
    // one more tells whether there is another page
    const about = { common, cell, businessZone, page: { after, limit: limit + 1 } };
    const asked = await (cell.sources.includes('credits') ? askCredits : askFacts)(tx, about, freshness, now);
    return {
      ...{ ...asked, freshness },
      evidence: await nameEvents(tx, asked.rows.slice(0, limit), common),
      missing: await listMissingInputs(tx, inputsOf(cell.name, cell.sources)),
    };
  });

  const { digits, timeZone } = common;
  const isAmount = cell.unit === 'amount';
  const show = (value: string) => (isAmount ? formatAmount(parseDecimal(value), digits) : Number(value));
  const data = {
    ...{ metric: cell.name, unit: cell.unit, lens: cell.lens },
    total: sum === null || isUnknown(cell.name, missing, sum.known) ? null : show(sum.value),
    contributionCount: sum?.contributions ?? null,
    contributions: evidence.map((events, index) => ({
      ...showContribution(rows[index]!, events, { isAmount, timeZone }),
      value: show(rows[index]!.value),
    })),
  };
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  const notes = [...notesOnMissing(missing), ...notesOn(cell, evidence, sum?.leftOut ?? 0)];
  const meta = answerMeta(common, { now, freshness, unconverted, notes });
  return { status: 200, body: { data, meta: { ...meta, nextCursor: last ? writeCursor(keyOf(last)) : null } } };
};

const keyOf = ({ at, aggregate, id, measure, field }: Contribution) => [at, aggregate, id, measure, field];

/** The time as contributions have it: PostgreSQL does not read every offset. @throws {BadParameter} where it is none */
function readKey({ limit, after }: Page): Page {
  if (after === null) return { limit, after };
  const [time = '', ...others] = after;
  const at = normalizeInstant(time);
  if (at === null) throw new BadParameter('cursor', 'expected the nextCursor of an answer to the same question');
  return { limit, after: [at, ...others] };
}

/** Sources that are read from raw events alone. @throws {BadParameter} where that would be too many */
function expectFewHours({ name, sources }: Cell, { from, to }: Range): void {
  const isRaw = sources.some((source) => ofRawEvents.includes(source));
  if (!isRaw || to.since(from).total('hours') <= MOST_HOURS) return;
  throw new BadParameter('from', `expected at most ${MOST_HOURS} hours before to with the metric ${name}`);
}

interface About {
  readonly common: CommonParameters;
  readonly cell: Cell;
  readonly businessZone: string;
  readonly page: Page;
}

async function askFacts(tx: TransactionSql, about: About, { newestEventAt }: Freshness, now: Date) {
  const { common, cell, businessZone, page } = about;
  const { range, currency, channel } = common;
  const { divided, lens, sources, signs, unit } = cell;
  const question = {
    ...{ ...divided, range, businessZone, currency, channel, lens, sources, signs },
    ...{ isAmount: unit === 'amount', overdueAt: overdueSince(range, newestEventAt, now) },
  };
  return {
    rows: await listContributions(tx, question, page),
    sum: page.after === null ? await sumContributions(tx, question) : null,
    unconverted: await countUnconverted(tx, question),
  };
}

async function askCredits(tx: TransactionSql, { common, cell, businessZone, page }: About) {
  const { sum, rows } = await explainCredits(tx, cell, common, businessZone, page);
  return { rows, sum: page.after === null ? sum : null, unconverted: sum.leftOut };
}

function notesOn({ sources }: Cell, evidence: readonly Evidence[], leftOut: number): string[] {
  const events = evidence.flatMap(({ event, bookedBy }) => [event, bookedBy]);
  const ofRaw = sources.filter((source) => ofRawEvents.includes(source));
  return [
    ...(leftOut > 0 ? [`left out, for want of an exchange rate of their day: ${leftOut} contributions`] : []),
    ...ofRaw.map((source) => `${source}: of the raw events that are still stored`),
    ...(sources.includes('stock') ? ['stock: as it is now, whatever the period'] : []),
    ...(events.some(({ id }) => id === null)
      ? [
          'event, bookedBy: of a moment whose time alone was kept, and of which no raw event is stored any more, source and id are null',
        ]
      : []),
    ...(events.some(({ id, type }) => id !== null && type === null)
      ? ['type, traceId: null of events that are no longer stored raw']
      : []),
  ];
}
