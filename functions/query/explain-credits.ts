import type { TransactionSql } from 'postgres';
import { type Credit, campaignOf, creditOrders } from '#core/campaigns.ts';
import { compareText } from '#core/compare-text.ts';
import { formatAmount } from '#core/money.ts';
import type { CommonParameters } from '#core/query-parameters.ts';
import { findCreditMoments } from '#db/query/explain/find-credit-moments.ts';
import type { Contribution } from '#db/query/explain/list-contributions.ts';
import type { ContributionSum } from '#db/query/explain/sum-contributions.ts';
import { listOrderTouches, type NamedOrder } from '#db/query/list-order-touches.ts';
import type { Cell } from './read-cell.ts';

type OfCredits = Extract<Cell['name'], `attributed${string}` | `unattributed${string}`>;

/** What a credit adds to the metric, in whole minor units of an amount; 0: nothing. */
const worth: Readonly<Record<OfCredits, (credit: Credit) => bigint>> = {
  attributedRevenue: ({ touch, revenue }) => (touch && revenue) ?? 0n,
  attributedCustomers: ({ touch, isNewCustomer }) => (touch && isNewCustomer ? 1n : 0n),
  unattributedRevenue: ({ touch, revenue }) => (touch ? 0n : (revenue ?? 0n)),
  unattributedConversions: ({ touch, revenue }) => (touch === null && revenue !== null ? 1n : 0n),
  unattributedCustomers: ({ touch, isNewCustomer }) => (touch === null && isNewCustomer ? 1n : 0n),
};

/**
 * As `/marketing` credits orders to campaigns: a contribution per order and session that it is credited to, which `field` names.
 * All orders of the range are divided, whatever the page.
 */
export async function explainCredits(
  tx: TransactionSql,
  cell: Cell,
  { range, currency, channel, digits }: CommonParameters,
  businessZone: string,
  { after, limit }: { readonly after: readonly string[] | null; readonly limit: number },
): Promise<{ readonly sum: ContributionSum; readonly rows: Contribution[] }> {
  const { orders, unconverted } = await listOrderTouches(tx, { range, businessZone, currency, channel });
  const scale = cell.unit === 'amount' ? digits : 0;
  const credits = [...creditOrders(orders, cell.model, digits)]
    .map((credit) => ({ ...credit, units: worth[cell.name as OfCredits](credit) }))
    .filter((credit) => credit.units !== 0n && isOfCampaign(credit, cell))
    .map((credit) => ({ ...credit, key: keyOf(credit, cell.name) }))
    .sort((a, b) => compareKeys(a.key, b.key));
  const page = credits.filter(({ key }) => after === null || compareKeys(key, after) > 0).slice(0, limit);
  const moments = await findCreditMoments(
    tx,
    page.map(({ order, touch }) => ({ orderId: order.orderId, sessionId: touch?.[5] ?? null })),
  );
  const rows = page.map(({ key, units }, index): Contribution => {
    const [at, aggregate, id, measure, field] = key;
    const { created, came } = moments[index]!;
    const amount = formatAmount({ units, scale }, scale);
    const event = { version: came ?? created, moment: created, momentName: 'created' };
    return { ...{ at, aggregate, id, measure, field, amount, currency, rate: '1', value: amount }, ...event };
  });
  const total = credits.reduce((sum, { units }) => sum + units, 0n);
  const value = formatAmount({ units: total, scale }, scale);
  return { rows, sum: { value, contributions: credits.length, known: credits.length, leftOut: unconverted } };
}

function isOfCampaign({ touch }: Credit, { divided }: Cell): boolean {
  if (touch === null) return true;
  const names = campaignOf(touch);
  return (['source', 'medium', 'campaign'] as const).every((name) => [null, names[name]].includes(divided[name]));
}

type Key = readonly [at: string, aggregate: string, id: string, measure: string, field: string];
const keyOf = ({ order, touch }: Credit<NamedOrder>, measure: string): Key => [
  ...([order.createdAt, 'order', order.orderId, measure] as const),
  touch ? `session ${touch[5]}` : 'created',
];

function compareKeys(a: readonly string[], b: readonly string[]): number {
  const differing = a.findIndex((part, index) => part !== b[index]);
  return differing === -1 ? 0 : compareText(a[differing] ?? '', b[differing] ?? '');
}
