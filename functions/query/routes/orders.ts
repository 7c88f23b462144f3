import type { TransactionSql } from 'postgres';
import type { Temporal } from 'temporal-polyfill';
import { compareText } from '#core/compare-text.ts';
import { type CommonParameters, commonNames, readCommonParameters, readParameters } from '#core/query-parameters.ts';
import { changeOf } from '#core/sales.ts';
import { type Bucket, formatInstant, previousRange, type Range } from '#core/time-windows.ts';
import { countOrders, type OrderCounts, type OrderCountsRow } from '#db/query/count-orders.ts';
import { countPickedLines } from '#db/query/count-picked-lines.ts';
import { type Input, listMissingInputs } from '#db/query/list-missing-inputs.ts';
import { type Fulfilment, measureFulfilment } from '#db/query/measure-fulfilment.ts';
import type { PeriodQuestion } from '#db/query/placed-orders.ts';
import { readFreshness } from '#db/query/read-freshness.ts';
import { readSnapshot } from '#db/query/read-snapshot.ts';
import type { Spread } from '#db/query/spread-of.ts';
import { answerMeta, notesOnMissing } from '../answer-meta.ts';
import { listBuckets } from '../list-buckets.ts';
import { noteLeftOut } from '../note-left-out.ts';
import { overdueSince } from '../overdue-since.ts';
import type { Route } from '../route.ts';

/** With carriers beyond it an answer could become too long: those with the fewest orders are left out. */
const MOST_CARRIERS = 500;

export const madeFrom = [
  ...[
    'orders',
    'shipments',
    'shipment_lines',
    'payments',
    'fx_rates',
    'dirty_windows',
    'analytics_events',
    'active_users',
  ],
];

export const answer: Route = async ({ query, database, timeZone: businessZone, currency, now }) => {
  const parameters = readParameters(query, commonNames);
  const common = readCommonParameters(parameters, { timeZone: businessZone, currency, now });
  const { range, timeZone } = common;
  const before = common.comparePrevious ? previousRange(range, timeZone) : null;
  const buckets = listBuckets(common);

  const asked = await readSnapshot(database(), async (tx) => {
    const freshness = await readFreshness(tx, { from: before?.from ?? range.from, to: range.to });
    const about = (period: Range) => ({
      range: period,
      starts: [period.from],
      businessZone,
      ...channelAndCurrency(common),
    });
    const at = (period: Range) => overdueSince(period, freshness.newestEventAt, now);
    const starts = buckets.map(({ start }) => start);
    const current = await askPeriod(tx, { ...about(range), starts }, at(range));
    return {
      ...{ freshness, current },
      previous: before && (await askPeriod(tx, about(before), at(before))),
      missing: await listMissingInputs(tx, inputsNotSeen(current)),
    };
  });

  const { current, previous, freshness, missing } = asked;
  const { total, statuses, carriers } = current;
  const figures = figuresOf(current, missing);
  const previousFigures = previous && figuresOf(previous, missing);
  const data = {
    ...figures,
    statusDistribution: statuses.map(({ status, placed }) => ({
      status,
      orders: placed,
      share: placed / total.placed,
    })),
    byCarrier: missing.includes('shipments')
      ? null
      : carriers.slice(0, MOST_CARRIERS).map((row) => ({
          ...{ carrier: row.carrier, orders: row.orders },
          ...fulfilmentFigures(row, missing),
        })),
    series: seriesRows(buckets, current.buckets, missing),
    ...(before &&
      previousFigures && {
        previous: {
          period: { from: formatInstant(before.from, timeZone), to: formatInstant(before.to, timeZone) },
          ...previousFigures,
        },
        change: changeOf(figures, previousFigures),
      }),
  };
  const notes = [
    ...notesOnMissing(missing),
    ...noteLeftOut({ 'orders placed': total.unconverted }),
    ...(previous ? noteLeftOut({ 'orders placed': previous.total.unconverted }, 'previous period: ') : []),
    ...notesOnNegatives(current.all),
    ...(carriers.length > MOST_CARRIERS
      ? [`byCarrier: the first ${MOST_CARRIERS} of ${carriers.length} carriers`]
      : []),
  ];
  const meta = answerMeta(common, { now, freshness, unconverted: total.unconverted, notes });
  return { status: 200, body: { data, meta } };
};

const channelAndCurrency = ({ channel, currency }: CommonParameters) => ({ channel, currency });

type Period = Awaited<ReturnType<typeof askPeriod>>;

async function askPeriod(tx: TransactionSql, question: PeriodQuestion, at: Temporal.Instant) {
  const counts = await countOrders(tx, question);
  const of = (level: OrderCountsRow['level']) => counts.filter((row) => row.level === level);
  const measured = await measureFulfilment(tx, question, at);
  return {
    total: of('total')[0] ?? { ...noOrders, unconverted: 0 },
    statuses: of('status')
      .filter(({ placed }) => placed > 0)
      .toSorted((a, b) => b.placed - a.placed || compareText(a.status ?? '', b.status ?? '')),
    buckets: of('bucket'),
    all: measured.find(({ carrier }) => carrier === null) ?? nothingFulfilled,
    carriers: measured.filter(({ carrier }) => carrier !== null),
    picked: await countPickedLines(tx, question),
  };
}

const noOrders: OrderCounts = { placed: 0, cancelled: 0, paid: 0, handedOver: 0, delivered: 0 };
const noSpread: Spread = { mean: null, median: null, p90: null, count: 0, negative: 0 };
const nothingFulfilled: Fulfilment = {
  ...{ carrier: null, orders: 0, paid: noSpread, handedOver: noSpread, delivered: noSpread },
  ...{ promised: 0, onTime: 0, overdue: 0 },
};

/** What the period has none of, and may never have been sent. */
function inputsNotSeen({ total, all, carriers, picked }: Period) {
  const seen = {
    orders: total.placed,
    payments: all.paid.count,
    shipments: carriers.length,
    handovers: all.handedOver.count,
    deliveries: all.delivered.count,
    estimates: all.promised + all.overdue,
    pickedQuantities: picked.lines,
  } satisfies Partial<Record<Input, number>>;
  return (Object.keys(seen) as (keyof typeof seen)[]).filter((name) => seen[name] === 0);
}

const rate = (part: number, whole: number) => (whole > 0 ? part / whole : null);

/** What `change` compares. */
function figuresOf({ total, all, picked }: Period, missing: readonly Input[]) {
  return {
    placed: total.placed,
    cancellationRate: rate(total.cancelled, total.placed),
    fulfilment: { ...fulfilmentFigures(all, missing), pickingAccuracy: rate(picked.exact, picked.lines) },
  };
}

function fulfilmentFigures({ paid, handedOver, delivered, ...row }: Fulfilment, missing: readonly Input[]) {
  return {
    createdToPaidHours: hours(paid, missing.includes('payments')),
    createdToHandedOverHours: hours(handedOver, missing.includes('handovers')),
    createdToDeliveredHours: hours(delivered, missing.includes('deliveries')),
    onTimeRate: rate(row.onTime, row.promised),
    overdue: missing.includes('estimates') ? null : row.overdue,
  };
}

const hours = ({ mean, median, p90, count }: Spread, isMissing: boolean) => ({
  ...{ mean, median, p90 },
  count: isMissing ? null : count,
});

/** A row per bucket; zeros where nothing happened. */
function seriesRows(buckets: readonly Bucket[], rows: readonly OrderCountsRow[], missing: readonly Input[]) {
  const known = new Map(rows.map((row) => [row.bucket, row]));
  return buckets.map(({ label }, index) => {
    const { placed, cancelled, paid, handedOver, delivered } = known.get(index) ?? noOrders;
    return {
      ...{ bucket: label, placed, cancelled },
      paid: missing.includes('payments') ? null : paid,
      handedOver: missing.includes('handovers') ? null : handedOver,
      delivered: missing.includes('deliveries') ? null : delivered,
    };
  });
}

/** Kept in the figures: they tell of clocks, or of events that came in another order than things happened. */
function notesOnNegatives({ paid, handedOver, delivered }: Fulfilment): string[] {
  const counts = { paid: paid.negative, 'handed over': handedOver.negative, delivered: delivered.negative };
  const named = Object.entries(counts).filter(([, count]) => count > 0);
  if (named.length === 0) return [];
  const list = named.map(([name, count]) => `${count} ${name}`).join(', ');
  return [`negative hours, kept in the figures: orders before they were created: ${list}`];
}
