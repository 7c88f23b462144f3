import type { Reason } from '#contract/dead-letters.ts';
import { eventTypes } from '#contract/event-types.ts';
import { makeCatalog } from './catalog.ts';
import { type CloudEvent, DAY, HOUR } from './cloud-event.ts';
import { customerEvents } from './customers.ts';
import { makeRhythm } from './daily-rhythm.ts';
import { disturb } from './disturb.ts';
import { planOrderLife } from './order-life.ts';
import { orderEvents } from './orders.ts';
import { paymentEvents } from './payments.ts';
import { makePeople } from './people.ts';
import { makeOtherPurchase } from './purchases.ts';
import { makeRandom } from './random.ts';
import { reportEvents } from './reports.ts';
import { returnEvents } from './returns.ts';
import { shipmentEvents } from './shipments.ts';
import { spendEvents } from './spend.ts';
import { stockEvents } from './stock.ts';
import { makeVisit, type Shop } from './visits.ts';

export interface Sample {
  /** In the order in which they reach the bus. */
  readonly events: readonly CloudEvent[];
  readonly from: Date;
  readonly expected: {
    readonly total: number;
    /** Valid and of distinct identity. */
    readonly stored: number;
    readonly duplicates: number;
    /** Sent out of order; they are stored like any other. */
    readonly late: number;
    /** What becomes a dead letter, by its reason. */
    readonly invalid: Readonly<Partial<Record<Reason, number>>>;
  };
}

const VISITS_PER_DAY = 230;
const OTHER_PURCHASES_PER_DAY = 12;
const CUSTOMERS = 900;

/**
 * A shop's last `days` days up to `end`, made from the seed alone: the same seed and end give the same events, other ends
 * other identities. No event is later than `end`.
 */
export function generateSample({
  seed,
  end,
  days = 28,
  types = eventTypes.map(({ type }) => type),
}: {
  readonly seed: string;
  readonly end: Date;
  readonly days?: number;
  /** Event types to send; those that the contract table does not list yet are left out. */
  readonly types?: readonly string[];
}): Sample {
  const to = end.getTime();
  const from = to - days * DAY;
  // Part of every id, so that a sample of another end is another set of events instead of a conflict with this one.
  const run = `${seed}-${Math.floor(to / 1000).toString(36)}`;
  // A stream of numbers for each kind: one more drawn for one of them changes no other.
  const randomFor = (kind: string) => makeRandom(`${run} ${kind}`);

  const products = makeCatalog(makeRandom(`${seed} catalog`));
  const people = makePeople(run, CUSTOMERS, from, to, randomFor('people'));
  const rhythm = makeRhythm(from, to, randomFor('rhythm'));

  const shop: Shop = { run, products, people, seen: [] };
  const visitRandom = randomFor('visits');
  const instants = Array.from({ length: days * VISITS_PER_DAY }, rhythm).sort((a, b) => a - b);
  const visits = instants.map((at, index) => makeVisit(index + 1, at, shop, visitRandom));

  const otherRandom = randomFor('other purchases');
  const others = Array.from({ length: days * OTHER_PURCHASES_PER_DAY }, () => {
    const at = rhythm();
    return makeOtherPurchase(at, people.customer(at) ?? people.stranger(), products, otherRandom);
  });

  const lifeRandom = randomFor('orders');
  const lives = [...visits.flatMap(({ purchase }) => purchase ?? []), ...others]
    .sort((a, b) => a.at - b.at)
    .map((purchase, index) => planOrderLife(`O-${run}-${index + 1}`, purchase, lifeRandom));

  const detailRandom = randomFor('details');
  const everything = [
    ...visits.flatMap(({ events }) => events),
    ...people.customers.flatMap((person) => customerEvents(person, from, detailRandom)),
    ...lives.flatMap((life) => orderEvents(life, detailRandom)),
    ...lives.flatMap(paymentEvents),
    ...lives.flatMap((life) => shipmentEvents(life, detailRandom)),
    ...lives.flatMap(returnEvents),
    ...stockEvents(run, products, lives, from, to, randomFor('stock')),
    ...spendEvents(run, visits, from, to, randomFor('spend')),
  ];
  const wanted = new Set(types);
  const limit = end.toISOString();
  // Instants in one form compare as text. What has not happened by the end is not known.
  const isKnown = ({ type, time }: CloudEvent) => time <= limit && wanted.has(type);
  const told = everything.filter(isKnown);
  const events = [...told, ...reportEvents(run, told, from, to).filter(isKnown)];

  const disturbed = disturb(events, run, from + HOUR, to, randomFor('disturbances'));
  const { duplicates, late, invalid } = disturbed;
  return {
    events: disturbed.events,
    from: new Date(from),
    expected: { total: disturbed.events.length, stored: events.length, duplicates, late, invalid },
  };
}
