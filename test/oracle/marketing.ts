import { Temporal } from 'temporal-polyfill';
import { type Amount, amountOf, CENT, shownAmount, shownAverage, times } from './amounts.ts';
import { type Question, shiftBack } from './ask-route.ts';
import { creditByHand, type HandTouch, touchesByHand } from './attribution-by-hand.ts';
import { changeByHand } from './change-by-hand.ts';
import type { HandFacts, HandOrder } from './fold-by-hand.ts';
import { rateByHand } from './rates-by-hand.ts';
import { BUSINESS_ZONE } from './stream-database.ts';

interface Sums {
  spend: Amount;
  impressions: number;
  clicks: number;
  revenue: Amount;
  newCustomers: number;
}
interface Names {
  readonly source: unknown;
  readonly medium: unknown;
  readonly campaign: unknown;
}
const zeros = (): Sums => ({ spend: 0n, impressions: 0, clicks: 0, revenue: 0n, newCustomers: 0 });

export function marketingByHand(facts: HandFacts, question: Question) {
  const { parameters } = question;
  const { rows, unattributed, unconverted } = report(facts, question);
  const before = parameters.compare === undefined ? null : shiftBack(question);
  const shown = shownSums(facts);
  const totals = shown(total(rows.map(({ sums }) => sums)));
  const earlier = before && shown(total(report(facts, { ...question, ...before }).rows.map(({ sums }) => sums)));
  const local = (at: number) =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(question.zone).toString({ timeZoneName: 'never' });
  return {
    data: {
      model: parameters.model ?? 'last_non_direct',
      totals,
      unattributed: {
        ...{ conversions: unattributed.conversions, revenue: shownAmount(unattributed.revenue) },
        newCustomers: hasCustomers(facts) ? unattributed.newCustomers : null,
      },
      campaigns: rows
        .toSorted(
          (a, b) =>
            descending(a.sums.revenue, b.sums.revenue) || descending(a.sums.spend, b.sums.spend) || byName(a, b),
        )
        .slice(0, Number(parameters.limit ?? 50))
        .map(({ names: [source, medium, campaign], sums }) => ({ source, medium, campaign, ...shown(sums) })),
      ...(before && {
        previous: { period: { from: local(before.from), to: local(before.to) }, totals: earlier },
        change: changeByHand(totals, earlier),
      }),
    },
    unconverted,
  };
}

const descending = (a: Amount, b: Amount) => (a > b ? -1 : a < b ? 1 : 0);
const byName = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
const hasCustomers = (facts: HandFacts) => facts.events.some(({ data }) => (data.customer_id ?? null) !== null);

function report(facts: HandFacts, { parameters, from, to }: Question) {
  const rows = new Map<string, { key: string; names: string[]; sums: Sums }>();
  const sumsOf = ({ source, medium, campaign }: Names) => {
    const names = [source, medium, campaign].map((name) => String(name ?? 'unknown'));
    const key = names.join('\u0001');
    const row = rows.get(key) ?? { key, names, sums: zeros() };
    rows.set(key, row);
    return row.sums;
  };
  const isAsked = (channel: unknown) =>
    parameters.channel === undefined || parameters.channel === (channel ?? 'unknown');
  const inside = (at: number) => at >= from && at < to;

  for (const { data } of facts.spend) {
    const begins = Temporal.PlainDate.from(String(data.spend_date)).toZonedDateTime(BUSINESS_ZONE).epochMilliseconds;
    if (!inside(begins) || !isAsked(data.channel)) continue;
    const sums = sumsOf(data as unknown as Names);
    const rate = rateByHand(String(data.currency), begins);
    if (rate === null) continue;
    sums.spend += times(amountOf(data.amount), rate);
    sums.impressions += Number(data.impressions ?? 0);
    sums.clicks += Number(data.clicks ?? 0);
  }

  const touchesOf = touchesByHand(facts);
  const unattributed = { conversions: 0, revenue: 0n, newCustomers: 0 };
  let unconverted = 0;
  for (const order of facts.orders.values()) {
    const { createdAt } = order;
    if (createdAt === null || !inside(createdAt) || !isAsked(order.text('channel'))) continue;
    const rate = rateByHand(order.currency, createdAt);
    if (rate === null) unconverted += 1;
    const touches = touchesOf(order);
    const worth = rate === null || order.isCancelled ? null : toCents(times(order.gross - order.discounts, rate));
    if (worth !== null && touches.length === 0) {
      unattributed.conversions += 1;
      unattributed.revenue += worth * CENT;
    }
    if (worth !== null && touches.length > 0) {
      const credits = creditByHand(parameters.model ?? 'last_non_direct', touches, createdAt, worth);
      credits.forEach((credit, index) => {
        if (credit !== 0n) sumsOf(touches[index] as HandTouch).revenue += credit * CENT;
      });
    }
    if (!isFirst(facts, order)) continue;
    const last = touches.findLast(({ isDirect }) => !isDirect) ?? touches.at(-1);
    if (last === undefined) unattributed.newCustomers += 1;
    else sumsOf(last).newCustomers += 1;
  }
  return { rows: [...rows.values()], unattributed, unconverted };
}

/** Of its customer, of all time; of two at once the one with the lower id. */
function isFirst({ orders }: HandFacts, { id, customer, createdAt }: HandOrder): boolean {
  if (customer === null) return false;
  return [...orders.values()].every(
    (other) =>
      other.customer !== customer ||
      other.createdAt === null ||
      other.createdAt > Number(createdAt) ||
      (other.createdAt === createdAt && other.id >= id),
  );
}

/** A half to the even cent. */
function toCents(amount: Amount): bigint {
  const magnitude = amount < 0n ? -amount : amount;
  const [whole, twice] = [magnitude / CENT, 2n * (magnitude % CENT)];
  const cents = twice > CENT || (twice === CENT && whole % 2n === 1n) ? whole + 1n : whole;
  return amount < 0n ? -cents : cents;
}

function total(rows: readonly Sums[]): Sums {
  const sums = zeros();
  for (const row of rows) {
    sums.spend += row.spend;
    sums.revenue += row.revenue;
    sums.impressions += row.impressions;
    sums.clicks += row.clicks;
    sums.newCustomers += row.newCustomers;
  }
  return sums;
}

function shownSums(facts: HandFacts) {
  const { spend: records } = facts;
  const isThere = (name: string) => records.some(({ data }) => (data[name] ?? null) !== null);
  const hasSpend = records.length > 0;
  const hasSessions = facts.sessions.length > 0;
  return ({ spend, impressions, clicks, revenue, newCustomers }: Sums) => ({
    spend: hasSpend ? shownAmount(spend) : null,
    impressions: isThere('impressions') ? impressions : null,
    clicks: isThere('clicks') ? clicks : null,
    attributedRevenue: hasSessions ? shownAmount(revenue) : null,
    roas: hasSpend && hasSessions && spend > 0n ? Number(shownAverage((revenue * amountOf('1')) / spend, 1)) : null,
    newCustomers: hasSessions && hasCustomers(facts) ? newCustomers : null,
    cac: hasSpend && hasSessions && hasCustomers(facts) ? shownAverage(spend, newCustomers) : null,
  });
}
