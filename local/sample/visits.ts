import { type Campaign, campaigns, type Product } from './catalog.ts';
import { amount, type CloudEvent, MINUTE, makeEvent, SECOND } from './cloud-event.ts';
import type { People, Person } from './people.ts';
import type { Purchase, PurchaseLine } from './purchases.ts';
import type { Random } from './random.ts';

export interface Visit {
  readonly at: number;
  readonly campaign?: Campaign;
  readonly events: readonly CloudEvent[];
  /** What the visit ended in, for some three in a hundred. */
  readonly purchase?: Purchase;
}

const SITE = 'https://shop.example.com';
const searchTerms = ['lamp', 'blue mug', 'gift for mother', 'rug', 'wooden toys', 'linen', 'planter oak', 'calendar'];

/** How people come: a campaign, a site that links here, or neither. */
const origins = [
  [{}, 24],
  [{ referrer: 'https://www.google.com/' }, 26],
  [{ campaign: campaigns.search, referrer: 'https://www.google.com/' }, 10],
  [{ campaign: campaigns.shopping, referrer: 'https://www.google.com/' }, 9],
  [{ campaign: campaigns.social, referrer: 'https://www.instagram.com/' }, 9],
  [{ referrer: 'https://www.instagram.com/' }, 5],
  [{ campaign: campaigns.display }, 4],
  [{ campaign: campaigns.affiliate, referrer: 'https://deals.example.net/today' }, 4],
  [{ campaign: campaigns.newsletter }, 9],
] as const satisfies readonly (readonly [{ campaign?: Campaign; referrer?: string }, number])[];

/** Known and logged in, known but not logged in, been here before, never seen. */
function choosePerson(at: number, people: People, seen: Person[], random: Random) {
  const known = random.chance(0.4) ? people.customer(at) : undefined;
  if (known) return { person: known, identified: random.chance(0.5) };
  if (seen.length > 0 && random.chance(0.3)) return { person: random.pick(seen), identified: false };
  const person = people.stranger();
  seen.push(person);
  if (seen.length > 400) seen.shift();
  return { person, identified: false };
}

/** How far a visit goes; each share is of the visits that come so far. */
function chooseDepth(person: Person, random: Random) {
  if (random.chance(0.47)) return 'bounce';
  if (!random.chance(0.72)) return 'browse';
  if (!random.chance(person.customerId ? 0.33 : 0.2)) return 'look';
  if (!random.chance(0.56)) return 'cart';
  return random.chance(person.customerId ? 0.7 : 0.52) ? 'purchase' : 'checkout';
}

export interface Shop {
  readonly run: string;
  readonly products: readonly Product[];
  readonly people: People;
  /** Strangers of late, some of whom come back. */
  readonly seen: Person[];
}

/** One visit of the web shop or the app that begins at `at` (milliseconds). */
export function makeVisit(number: number, at: number, shop: Shop, random: Random): Visit {
  const { person, identified } = choosePerson(at, shop.people, shop.seen, random);
  const depth = chooseDepth(person, random);
  const origin: { campaign?: Campaign; referrer?: string } = random.weighted(origins);
  const channel = person.deviceType !== 'desktop' && random.chance(0.3) ? 'app' : 'web';
  const utm = origin.campaign && {
    source: origin.campaign.source,
    medium: origin.campaign.medium,
    campaign: origin.campaign.campaign,
  };
  const sessionId = `S-${shop.run}-${number}`;
  const cartId = `B-${shop.run}-${number}`;
  const context = {
    session_id: sessionId,
    anonymous_id: person.anonymousId,
    customer_id: identified ? person.customerId : undefined,
    channel,
    device_type: person.deviceType,
    ip_address: person.ipAddress,
    user_agent: person.userAgent,
  };
  const events: CloudEvent[] = [];
  let clock = at;
  const add = (type: string, source: string, data: Record<string, unknown>) =>
    events.push(makeEvent(type, source, `${sessionId}-${events.length + 1}`, clock, { ...context, ...data }));
  const wait = () => {
    clock += Math.min(random.around(25 * SECOND, 0.8), 10 * MINUTE) | 0;
  };
  const page = (page_type: string, path: string, more: Record<string, unknown> = {}) => {
    const landing = events.length === 0;
    const query =
      landing && utm
        ? `?${new URLSearchParams({ utm_source: utm.source, utm_medium: utm.medium, utm_campaign: utm.campaign })}`
        : '';
    add('analytics.page_view', '/shop/web', {
      page_url: `${SITE}${path}${query}`,
      page_type,
      referrer: landing ? origin.referrer : `${SITE}/`,
      utm,
      country: person.place.country,
      duration_ms: Math.round(random.around(18_000, 0.9)),
      ...more,
    });
    wait();
  };
  const priced = ({ price }: Product) => ({ unit_price: amount(price), currency: person.place.currency });

  page('home', '/');
  if (depth !== 'bounce' && random.chance(0.25)) {
    const search_term = random.pick(searchTerms);
    page('search', `/search?${new URLSearchParams({ q: search_term })}`, { search_term });
  }
  if (depth === 'bounce' || depth === 'browse') {
    if (depth === 'browse') page('category', `/c/${random.pick(shop.products).categoryId}`);
    return { at, campaign: origin.campaign, events };
  }

  const lines: PurchaseLine[] = [];
  const looked = random.weighted([
    [1, 55],
    [2, 28],
    [3, 12],
    [4, 5],
  ] as const);
  for (let index = 0; index < looked; index++) {
    const product = random.weighted(shop.products.map((one) => [one, one.appeal] as const));
    const { id, categoryId, categoryName } = product;
    page('product', `/p/${id.toLowerCase()}`, { product_id: id });
    add('analytics.product_view', '/shop/web', {
      product_id: id,
      category_id: categoryId,
      category_name: categoryName,
      utm,
      ...priced(product),
    });
    wait();
    if (depth === 'look' || lines.some((line) => line.product === product) || (index > 0 && random.chance(0.25)))
      continue;
    const quantity = random.weighted([
      [1, 82],
      [2, 14],
      [4, 4],
    ] as const);
    const change = (action: string) =>
      add('analytics.cart_changed', '/shop/cart', {
        product_id: id,
        action,
        quantity,
        cart_id: cartId,
        ...priced(product),
      });
    change('add');
    wait();
    if (lines.length > 0 && random.chance(0.15)) {
      change('remove');
      wait();
    } else {
      lines.push({ product, quantity, discount: 0 });
    }
  }
  if (depth === 'look' || depth === 'cart') return { at, campaign: origin.campaign, events };

  const value = lines.reduce((sum, { product, quantity }) => sum + product.price * quantity, 0);
  add('analytics.checkout_started', '/shop/cart', {
    cart_id: cartId,
    value_amount: amount(value),
    currency: person.place.currency,
  });
  clock += random.integer(60, 300) * SECOND;
  if (depth === 'checkout') return { at, campaign: origin.campaign, events };
  return {
    at,
    campaign: origin.campaign,
    events,
    purchase: { at: clock, person, channel, lines, sessionId, cartId, utm },
  };
}
