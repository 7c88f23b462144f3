import type { TestEvent } from '../setup/events.ts';
import { beganAt, type Fact, type HandFacts, type HandOrder } from './fold-by-hand.ts';

/** The contract's attribution in plain code. A touch is a session of the same person in the 30 days up to the order. */
export interface HandTouch {
  readonly beganAt: number;
  readonly source: string | null;
  readonly medium: string | null;
  readonly campaign: string | null;
  readonly isDirect: boolean;
}

const DAY = 86_400_000;
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);

/** Of each order its touches, the earliest first. */
export function touchesByHand(facts: HandFacts): (order: HandOrder) => HandTouch[] {
  const seenWith = new Map<string, Set<string>>();
  for (const { data } of facts.events) {
    const [anonymous, customer] = [text(data.anonymous_id), text(data.customer_id)];
    if (anonymous && customer) seenWith.set(anonymous, (seenWith.get(anonymous) ?? new Set()).add(customer));
  }
  const personOf = (fact: Fact) => {
    const [customer, anonymous] = [fact.text('customer_id'), fact.text('anonymous_id')];
    const [owner, ...others] = seenWith.get(anonymous ?? '') ?? [];
    if (customer !== null) return `customer ${customer}`;
    if (owner !== undefined && others.length === 0) return `customer ${owner}`;
    return anonymous && `anonymous ${anonymous}`;
  };
  const sessions = facts.sessions
    .map((session) => ({ id: session.id, person: personOf(session), ...arrival(session), beganAt: beganAt(session) }))
    .toSorted((a, b) => a.beganAt - b.beganAt || (a.id < b.id ? -1 : 1));
  return (order) => {
    const person = personOf(order);
    const orderedAt = order.createdAt ?? Number.NaN;
    return sessions.filter(
      (session) =>
        person !== null &&
        session.person === person &&
        session.beganAt <= orderedAt &&
        session.beganAt >= orderedAt - 30 * DAY,
    );
  };
}

/** What the session's first campaign or referrer says. */
function arrival({ events }: Fact): Omit<HandTouch, 'beganAt'> {
  const ascending = events.toSorted(
    (a, b) =>
      Date.parse(a.time) - Date.parse(b.time) ||
      (a.source < b.source ? -1 : a.source > b.source ? 1 : a.id < b.id ? -1 : 1),
  );
  for (const event of ascending) {
    const told = tells(event);
    if (told) return { ...told, isDirect: false };
  }
  return { source: '(direct)', medium: '(none)', campaign: null, isDirect: true };
}

/** The sites of the streams. */
const referrers: Readonly<Record<string, readonly [source: string, medium: string]>> = {
  'https://www.google.com/search?q=hats': ['google', 'organic'],
  'https://www.facebook.com/': ['facebook.com', 'referral'],
  'https://blog.example/post': ['blog.example', 'referral'],
};

function tells({ data }: TestEvent) {
  const utm = (data.utm ?? {}) as Record<string, unknown>;
  const query = new URL(String(data.page_url ?? 'https://none.example')).searchParams;
  const hasUtm = ['source', 'medium', 'campaign'].some((name) => text(utm[name]) !== null);
  const campaign = (name: string) => (hasUtm ? text(utm[name]) : query.get(`utm_${name}`));
  const said = { source: campaign('source'), medium: campaign('medium'), campaign: campaign('campaign') };
  if (Object.values(said).some((value) => value !== null)) return said;
  const [source, medium] = referrers[String(data.referrer)] ?? [];
  return source && medium ? { source, medium, campaign: null } : undefined;
}

/** Whole minor units for each touch, by largest remainder, ties to the earlier. @param age of the order, in milliseconds */
export function creditByHand(model: string, touches: readonly HandTouch[], orderedAt: number, minor: bigint): bigint[] {
  const weights = weightsByHand(model, touches, orderedAt);
  const sum = weights.reduce((total, weight) => total + weight, 0n);
  const [sign, worth] = minor < 0n ? [-1n, -minor] : [1n, minor];
  const parts = weights.map((weight, index) => ({
    ...{ index, whole: (worth * weight) / sum },
    rest: (worth * weight) % sum,
  }));
  let left = worth - parts.reduce((total, { whole }) => total + whole, 0n);
  for (const part of parts.toSorted((a, b) => (a.rest > b.rest ? -1 : a.rest < b.rest ? 1 : a.index - b.index))) {
    if (left > 0n) {
      part.whole += 1n;
      left -= 1n;
    }
  }
  return parts.map(({ whole }) => sign * whole);
}

function weightsByHand(model: string, touches: readonly HandTouch[], orderedAt: number): bigint[] {
  const count = touches.length;
  const at = (chosen: number) => touches.map((_, index) => (index === chosen ? 1n : 0n));
  const last = touches.findLastIndex(({ isDirect }) => !isDirect);
  switch (model) {
    case 'first':
      return at(0);
    case 'last':
      return at(count - 1);
    case 'last_non_direct':
      return at(last < 0 ? count - 1 : last);
    case 'position':
      if (count <= 2) return touches.map(() => 1n);
      // in thousandths of a percent times the touches between
      return touches.map((_, index) => (index === 0 || index === count - 1 ? 40_000n * BigInt(count - 2) : 20_000n));
    case 'time_decay':
      return touches.map(({ beganAt: began }) =>
        BigInt(Math.round(2 ** 48 * 2 ** (-((orderedAt - began) / 1000) / 604_800))),
      );
    default:
      return touches.map(() => 1n);
  }
}
