import type { TransactionSql } from 'postgres';
import { compareText } from '#core/compare-text.ts';
import { compareDecimals, formatAmount, parseDecimal } from '#core/money.ts';
import { type CommonParameters, commonNames, readCommonParameters, readParameters } from '#core/query-parameters.ts';
import { averageOrderValue, changeOf, salesFigures } from '#core/sales.ts';
import { previousRange, type Range } from '#core/time-windows.ts';
import { type ChannelSessions, countSessionsByChannel } from '#db/query/count-sessions-by-channel.ts';
import { type Input, listMissingInputs } from '#db/query/list-missing-inputs.ts';
import { listTopProducts } from '#db/query/list-top-products.ts';
import { readFreshness } from '#db/query/read-freshness.ts';
import { readSnapshot } from '#db/query/read-snapshot.ts';
import { answerMeta, notesOnMissing } from '../answer-meta.ts';
import { askCustomers } from '../ask-customers.ts';
import { askSales, notesOnLeftOut, salesQuestion } from '../ask-sales.ts';
import type { Route } from '../route.ts';

const TOP = 10;

export const madeFrom = [
  ...['hourly_metrics', 'daily_metrics', 'dashboard_overview', 'customer_recency', 'product_performance', 'catalogue'],
  ...['product_months', 'dirty_months'],
  ...['fx_rates', 'dirty_windows', 'sales_movements', 'orders', 'order_lines', 'payments', 'returns', 'return_lines'],
  ...['sessions', 'session_products', 'customers', 'active_users', 'active_channels'],
  'analytics_events',
];

export const answer: Route = async ({ query, database, timeZone: businessZone, currency, now }) => {
  const parameters = readParameters(query, commonNames);
  const common = readCommonParameters(parameters, { timeZone: businessZone, currency, now });
  const { range, digits } = common;
  const before = common.comparePrevious ? previousRange(range, common.timeZone) : null;

  const { freshness, missing, current, previous, products } = await readSnapshot(database(), async (tx) => ({
    // an order from before the period makes a new customer of it a returning one
    freshness: await readFreshness(tx, { from: null, to: range.to }),
    missing: await listMissingInputs(tx, ['orders', 'payments', 'refunds', 'sessions', 'customers']),
    current: await askPeriod(tx, common, businessZone, range),
    previous: before && (await askPeriod(tx, common, businessZone, before)),
    products: await listTopProducts(tx, salesQuestion(common, businessZone, range), TOP),
  }));

  const figures = headline(current, missing, digits);
  const data = {
    ...figures,
    topProducts: products.map(({ productId, name, units, gross }) => ({
      ...{ productId, name, units },
      gross: formatAmount(parseDecimal(gross), digits),
    })),
    topChannels: current.sales.channels
      .map((row) => ({ channel: row.name ?? '', orders: row.placed, net: salesFigures(row, digits).net }))
      .toSorted(
        (a, b) => compareDecimals(parseDecimal(b.net), parseDecimal(a.net)) || compareText(a.channel, b.channel),
      )
      .slice(0, TOP),
    ...(previous && { change: changeOf(figures, headline(previous, missing, digits)) }),
  };
  const { sales } = current;
  const notes = [...notesOnMissing(missing), ...notesOnLeftOut(sales, previous?.sales)];
  const meta = answerMeta(common, { now, freshness, unconverted: sales.total.unconverted, notes });
  return { status: 200, body: { data, meta } };
};

type Period = Awaited<ReturnType<typeof askPeriod>>;

async function askPeriod(tx: TransactionSql, common: CommonParameters, businessZone: string, range: Range) {
  const { channel } = common;
  return {
    sales: await askSales(tx, salesQuestion(common, businessZone, range)),
    sessions: sumSessions(await countSessionsByChannel(tx, range, businessZone, channel)),
    customers: await askCustomers(tx, range, businessZone, channel),
  };
}

function sumSessions(channels: readonly ChannelSessions[]) {
  const sum = (figure: 'sessions' | 'converted') => channels.reduce((total, row) => total + row[figure], 0);
  return { sessions: sum('sessions'), converted: sum('converted') };
}

/** The figures that `change` compares. Those of an input that was never sent are null. */
function headline(
  { sales, sessions, customers: { active, buyers } }: Period,
  missing: readonly Input[],
  digits: number,
) {
  const { total } = sales;
  return {
    sales: { ...salesFigures(total, digits) },
    orders: { placed: total.placed, cancelled: total.cancelled, averageOrderValue: averageOrderValue(total) },
    customers: missing.includes('customers')
      ? { active: null, new: null, returning: null }
      : { active, new: buyers.new, returning: buyers.returning },
    sessions: missing.includes('sessions') ? null : sessions.sessions,
    conversionRate: sessions.sessions > 0 ? sessions.converted / sessions.sessions : null,
  };
}
