import { Temporal } from 'temporal-polyfill';
import { digitsOf } from '#core/currency-digits.ts';
import { normalizeInstant } from '#core/instant.ts';
import { maskCustomerId } from '#core/maskers/mask-customer-id.ts';
import { formatAmount, parseDecimal } from '#core/money.ts';
import { type Page, pageNames, readPage, writeCursor } from '#core/page.ts';
import { BadParameter } from '#core/problem.ts';
import { readCommonParameters, readParameters } from '#core/query-parameters.ts';
import { type LiveOrder, listLiveOrders } from '#db/query/list-live-orders.ts';
import { listMissingInputs } from '#db/query/list-missing-inputs.ts';
import { type Activity, measureActivity } from '#db/query/measure-activity.ts';
import { readFreshness } from '#db/query/read-freshness.ts';
import { readSnapshot } from '#db/query/read-snapshot.ts';
import { type Placed, sumPlaced } from '#db/query/sum-placed.ts';
import { answerMeta, notesOnMissing } from '../answer-meta.ts';
import { noteLeftOut } from '../note-left-out.ts';
import type { Route } from '../route.ts';

const DEFAULT_MINUTES = 30;
const MOST_MINUTES = 60;
const MOST_PAGES = 10;

/** The period ends now: it moves, and an answer is the same as long as its figures are. */
export const endsNow = true;

export const answer: Route = async ({ query, database, timeZone: businessZone, currency, now }) => {
  const parameters = readParameters(query, ['window', 'timezone', 'currency', 'channel', ...pageNames]);
  const minutes = readWindow(parameters);
  const page = readOrdersPage(parameters);
  const to = Temporal.Instant.fromEpochMilliseconds(now.getTime());
  const range = { from: to.subtract({ minutes }), to };
  const given = readCommonParameters(parameters, { timeZone: businessZone, currency, now });
  const common = { ...given, range, granularity: 'hour' as const };
  const { channel } = common;

  const { freshness, activity, placed, orders, missing } = await readSnapshot(database(), async (tx) => {
    const activity = await measureActivity(tx, { range, channel, mostPages: MOST_PAGES });
    const placed = await sumPlaced(tx, { ...common, starts: [range.from], businessZone });
    return {
      freshness: await readFreshness(tx, range),
      ...{ activity, placed },
      // one more tells whether there is another page
      orders: await listLiveOrders(tx, { range, channel, after: page.after, limit: page.limit + 1 }),
      missing: await listMissingInputs(tx, inputsNotSeen(activity, placed)),
    };
  });

  const { events, sessions, customers, pageViews, lagSeconds, topPages } = activity;
  const shown = orders.slice(0, page.limit);
  const data = {
    windowMinutes: minutes,
    activeSessions: missing.includes('sessions') ? null : sessions,
    activeCustomers: missing.includes('customers') ? null : customers,
    pageViews: missing.includes('pageViews') ? null : pageViews,
    orders: placed.orders,
    gross: formatAmount(parseDecimal(placed.gross), common.digits),
    eventsPerSecond: perSecond(events, minutes),
    ingestLagSeconds: lagSeconds,
    topPages: missing.includes('pageViews') ? null : topPages,
    liveOrders: shown.map(liveOrder),
  };
  const last = orders.length > page.limit ? shown.at(-1) : undefined;
  const meta = answerMeta(common, {
    now,
    // everything is read from events and orders as they are: no figure waits for a rollup
    freshness: { ...freshness, pendingWindows: 0 },
    unconverted: placed.unconverted,
    notes: [...notesOnMissing(missing), ...noteLeftOut({ 'orders placed': placed.unconverted })],
  });
  const nextCursor = last ? writeCursor([last.placedAtText, last.orderId]) : null;
  return { status: 200, body: { data, meta: { ...meta, nextCursor } } };
};

function readWindow(parameters: ReadonlyMap<string, string>): number {
  const text = parameters.get('window') ?? String(DEFAULT_MINUTES);
  const minutes = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (minutes < 1 || minutes > MOST_MINUTES) {
    throw new BadParameter('window', `expected whole minutes from 1 to ${MOST_MINUTES}`);
  }
  return minutes;
}

function readOrdersPage(parameters: ReadonlyMap<string, string>): Page {
  const page = readPage(parameters, 2);
  const [placedAt] = page.after ?? [];
  if (placedAt !== undefined && normalizeInstant(placedAt) === null) {
    throw new BadParameter('cursor', 'expected the nextCursor of an answer to the same question');
  }
  return page;
}

/** What the window has none of, and may never have been sent. */
function inputsNotSeen({ sessions, customers, pageViews }: Activity, { orders, unconverted }: Placed) {
  const seen = { orders: orders + unconverted, sessions, customers, pageViews };
  return (Object.keys(seen) as (keyof typeof seen)[]).filter((name) => seen[name] === 0);
}

/** At 4 decimals, half up. */
const perSecond = (events: number, minutes: number) => Math.round((events * 10_000) / (minutes * 60)) / 10_000;

const liveOrder = ({ orderId, placedAt, status, total, currency, customerId, country }: LiveOrder) => ({
  ...{ orderId, placedAt: placedAt.toISOString(), status, currency, country },
  total: formatAmount(parseDecimal(total), digitsOf(currency)),
  customer: customerId === null ? null : maskCustomerId(customerId),
});
