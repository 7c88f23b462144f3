import { data as currencies } from 'currency-codes';
import { Temporal } from 'temporal-polyfill';
import type { ContributionSource } from '#core/explained-metrics.ts';
import { normalizeInstant } from '#core/instant.ts';
import { formatAmount, parseDecimal } from '#core/money.ts';
import { pageNames, readPage, writeCursor } from '#core/page.ts';
import { BadParameter } from '#core/problem.ts';
import { commonNames, readCommonParameters, readParameters } from '#core/query-parameters.ts';
import { formatInstant } from '#core/time-windows.ts';
import { type Contribution, listContributions } from '#db/query/explain/list-contributions.ts';
import { sumContributions } from '#db/query/explain/sum-contributions.ts';
import { type Input, listMissingInputs } from '#db/query/list-missing-inputs.ts';
import { readFreshness } from '#db/query/read-freshness.ts';
import { readSnapshot } from '#db/query/read-snapshot.ts';
import { answerMeta, notesOnMissing } from '../answer-meta.ts';
import { type Evidence, nameEvents } from '../name-events.ts';
import { cellNames, readCell } from '../read-cell.ts';
import type { Route } from '../route.ts';

export const madeFrom = [
  ...['orders', 'order_lines', 'payments', 'returns', 'sessions', 'customers', 'active_users', 'fx_rates'],
  ...['analytics_events', 'dirty_windows'],
];

const KEY_LENGTH = 5;

export const answer: Route = async ({ query, database, timeZone: businessZone, currency, now }) => {
  const parameters = readParameters(query, [...commonNames, ...cellNames, ...pageNames]);
  const common = readCommonParameters(parameters, { timeZone: businessZone, currency, now });
  const { name, unit, question } = readCell(parameters, common, businessZone);
  const { limit, after } = readPage(parameters, KEY_LENGTH);
  if (after !== null && normalizeInstant(after[0] ?? '') === null) {
    throw new BadParameter('cursor', 'expected the nextCursor of an answer to the same question');
  }

  const { sum, rows, evidence, missing, freshness } = await readSnapshot(database(), async (tx) => {
    // one more tells whether there is another page
    const listed = await listContributions(tx, question, { after, limit: limit + 1 });
    return {
      rows: listed,
      sum: await sumContributions(tx, question),
      evidence: await nameEvents(tx, listed.slice(0, limit)),
      missing: await listMissingInputs(tx, inputsOf(question.sources)),
      freshness: await readFreshness(tx, common.range),
    };
  });

  const { digits, timeZone } = common;
  const show = (value: string) => (unit === 'amount' ? formatAmount(parseDecimal(value), digits) : Number(value));
  const isNull = missing.some((input) => input === 'sessions' || input === 'customers');
  const data = {
    ...{ metric: name, unit, lens: question.lens },
    total: isNull ? null : show(sum.value),
    contributionCount: sum.contributions,
    contributions: evidence.map((events, index) => ({
      ...events,
      ...showContribution(rows[index]!, unit === 'amount', timeZone),
      value: show(rows[index]!.value),
    })),
  };
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  const notes = [...notesOnMissing(missing), ...notesOn(evidence, sum.leftOut, question.sources)];
  const meta = answerMeta(common, { now, freshness, unconverted: sum.unconverted, notes });
  return { status: 200, body: { data, meta: { ...meta, nextCursor: last ? writeCursor(keyOf(last)) : null } } };
};

const keyOf = ({ at, aggregate, id, measure, field }: Contribution) => [at, aggregate, id, measure, field];

function showContribution(
  { at, aggregate, id, measure, field, amount, currency, rate }: Contribution,
  isAmount: boolean,
  timeZone: string,
) {
  const digits = currencies.find(({ code }) => code === currency)?.digits ?? 0;
  return {
    ...{ aggregate, aggregateId: id, measure, field },
    bookedAt: formatInstant(Temporal.Instant.from(at), timeZone),
    amount: isAmount ? formatAmount(parseDecimal(amount), digits) : null,
    currency: isAmount ? currency : null,
    rate: isAmount ? formatAmount(parseDecimal(rate), 0) : null,
  };
}

const inputs: Partial<Record<ContributionSource, Input>> = {
  ...{
    placedOrders: 'orders',
    orderLines: 'orders',
    refunds: 'refunds',
    refundsOfAll: 'refunds',
    payments: 'payments',
  },
  ...{ sessions: 'sessions', convertedSessions: 'sessions' },
  ...{ newCustomers: 'customers', returningCustomers: 'customers', activeCustomers: 'customers' },
};
const inputsOf = (sources: readonly ContributionSource[]) => sources.flatMap((source) => inputs[source] ?? []);

function notesOn(evidence: readonly Evidence[], leftOut: number, sources: readonly ContributionSource[]): string[] {
  const events = evidence.flatMap(({ event, bookedBy }) => [event, bookedBy]);
  return [
    ...(leftOut > 0 ? [`left out, for want of an exchange rate of their day: ${leftOut} contributions`] : []),
    ...(sources.includes('activeCustomers') ? ['activeCustomers: of the raw events that are still stored'] : []),
    ...(events.some(({ id }) => id === null)
      ? ['bookedBy: the event of a moment that was stored before events were kept with it is not known']
      : []),
    ...(events.some(({ id, type }) => id !== null && type === null)
      ? ['type, traceId: null of events that are no longer stored raw']
      : []),
  ];
}
