import type { TransactionSql } from 'postgres';
import { compareText } from '#core/compare-text.ts';
import { compareDecimals, parseDecimal } from '#core/money.ts';
import {
  type CommonParameters,
  commonNames,
  readChoice,
  readCommonParameters,
  readParameters,
} from '#core/query-parameters.ts';
import { averageOrderValue, changeOf, noSales, type SalesSums, salesFigures } from '#core/sales.ts';
import { formatInstant, previousRange, type Range } from '#core/time-windows.ts';
import { countBuyersByChannel } from '#db/query/count-buyers-by-channel.ts';
import { countSessionsByChannel } from '#db/query/count-sessions-by-channel.ts';
import { type Input, listMissingInputs } from '#db/query/list-missing-inputs.ts';
import { readFreshness } from '#db/query/read-freshness.ts';
import { readSnapshot } from '#db/query/read-snapshot.ts';
import { answerMeta, notesOnMissing } from '../answer-meta.ts';
import { askSales, type Lens, notesOnLeftOut, salesQuestion } from '../ask-sales.ts';
import type { Route } from '../route.ts';

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
  ...['dashboard_overview', 'sessions', 'customers', 'active_users', 'analytics_events'],
];

export const answer: Route = async ({ query, database, timeZone: businessZone, currency, now }) => {
  const parameters = readParameters(query, [...commonNames, 'lens']);
  const common = readCommonParameters(parameters, { timeZone: businessZone, currency, now });
  const lens = readChoice(parameters, 'lens', ['processed_date', 'order_date']) ?? 'processed_date';
  const { range, timeZone, digits } = common;
  const before = common.comparePrevious ? previousRange(range, timeZone) : null;

  const asked = await readSnapshot(database(), async (tx) => ({
    current: await askPeriod(tx, common, businessZone, range, lens),
    previous: before && (await askPeriod(tx, common, businessZone, before, lens)),
    freshness: await readFreshness(tx, { from: before?.from ?? range.from, to: range.to }),
    missing: await listMissingInputs(tx, ['orders', 'refunds', 'sessions', 'customers']),
  }));

  const { current, previous, freshness, missing } = asked;
  const totals = totalsOf(current, missing, digits);
  const previousTotals = previous && totalsOf(previous, missing, digits);
  const data = {
    totals,
    channels: channelRows(current, missing, digits),
    customersByChannelCount: missing.includes('customers') ? null : current.buyers.byCount,
    ...(before &&
      previousTotals && {
        previous: {
          period: { from: formatInstant(before.from, timeZone), to: formatInstant(before.to, timeZone) },
          totals: previousTotals,
        },
        change: changeOf(totals, previousTotals),
      }),
  };
  const { sales } = current;
  const notes = [...notesOnMissing(missing), ...notesOnLeftOut(sales, previous?.sales)];
  const meta = answerMeta(common, { now, freshness, unconverted: sales.total.unconverted, notes });
  return { status: 200, body: { data, meta } };
};

type Period = Awaited<ReturnType<typeof askPeriod>>;

async function askPeriod(tx: TransactionSql, common: CommonParameters, businessZone: string, range: Range, lens: Lens) {
  return {
    sales: await askSales(tx, salesQuestion(common, businessZone, range, { lens })),
    sessions: await countSessionsByChannel(tx, range, businessZone, common.channel),
    buyers: await countBuyersByChannel(tx, range, common.channel),
  };
}

interface Counts {
  readonly sales: SalesSums;
  readonly sessions: number;
  readonly converted: number;
  readonly customers: number;
}

/** Those of an input that was never sent are null. */
function figures({ sales, sessions, converted, customers }: Counts, missing: readonly Input[], digits: number) {
  const { gross, net } = salesFigures(sales, digits);
  return {
    sessions: missing.includes('sessions') ? null : sessions,
    orders: sales.placed,
    ...{ gross, net },
    averageOrderValue: averageOrderValue(sales),
    customers: missing.includes('customers') ? null : customers,
    conversionRate: sessions > 0 ? converted / sessions : null,
  };
}

function totalsOf({ sales, sessions, buyers }: Period, missing: readonly Input[], digits: number) {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const counts = {
    sales: sales.total,
    sessions: sum(sessions.map((row) => row.sessions)),
    converted: sum(sessions.map((row) => row.converted)),
    // each customer once, through however many channels
    customers: sum(buyers.byCount.map(({ customers }) => customers)),
  };
  return figures(counts, missing, digits);
}

/** The highest gross first, then by name. A channel with nothing to tell has no row. */
function channelRows({ sales, sessions, buyers }: Period, missing: readonly Input[], digits: number) {
  const names = new Set<string>([
    ...sales.channels.map(({ name }) => name ?? ''),
    ...[...sessions, ...buyers.byChannel].map(({ channel }) => channel),
  ]);
  return [...names]
    .map((channel) => {
      const visits = sessions.find((row) => row.channel === channel);
      return {
        channel,
        sales: sales.channels.find(({ name }) => name === channel) ?? noSales,
        ...{ sessions: visits?.sessions ?? 0, converted: visits?.converted ?? 0 },
        customers: buyers.byChannel.find((row) => row.channel === channel)?.customers ?? 0,
      };
    })
    .filter(({ sales: sums, sessions: visits, customers }) => visits > 0 || customers > 0 || hasSales(sums))
    .sort((a, b) => compareDecimals(grossOf(b), grossOf(a)) || compareText(a.channel, b.channel))
    .map(({ channel, ...counts }) => ({ channel, ...figures(counts, missing, digits) }));
}

const grossOf = ({ sales }: Counts) => parseDecimal(sales.gross);

function hasSales({ placed, gross, discounts, cancellations, returns }: SalesSums): boolean {
  return placed > 0 || [gross, discounts, cancellations, returns].some((amount) => parseDecimal(amount).units !== 0n);
}
