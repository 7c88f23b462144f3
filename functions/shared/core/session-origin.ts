import type { JsonObject } from './event.ts';
import { siteKindOf, siteNameOf } from './known-sites.ts';
import { marketingChannelOf } from './marketing-channel.ts';

/** The fields of an event that may tell where its session came from, masked. */
interface Arrival {
  readonly utm?: Readonly<Record<string, string | null | undefined>>;
  readonly page_url?: string;
  readonly referrer?: string;
}

const utmNames = ['source', 'medium', 'campaign', 'term', 'content'] as const;
type Utm = Partial<Record<(typeof utmNames)[number], string>>;

/**
 * What the event says of its session's origin: its campaign (`utm`, else the utm_* parameters of the page's address), else
 * the site that linked to the page; with the marketing channel that this makes. Undefined where it says nothing: no
 * campaign, and no referrer but the shop itself.
 */
export function originOf({ utm, page_url, referrer }: Arrival): JsonObject | undefined {
  const campaign = given(utm ?? {}) ?? utmOf(page_url);
  const traffic = campaign ?? referralBy(hostOf(referrer), hostOf(page_url));
  if (traffic === undefined) return undefined;
  const { source = null, medium = null } = traffic;
  return { ...traffic, channel: marketingChannelOf({ source, medium, campaign: campaign?.campaign ?? null }) };
}

/** Undefined where no parameter has a value. */
function given(values: NonNullable<Arrival['utm']>): Utm | undefined {
  const entries = utmNames.flatMap((name) => (values[name] ? [[name, values[name]]] : []));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function utmOf(pageUrl: string | undefined): Utm | undefined {
  if (!pageUrl?.includes('?')) return undefined; // most have no query, and parsing costs
  const query = [...(parse(pageUrl)?.searchParams ?? [])].map(([name, value]) => [name.toLowerCase(), value] as const);
  return given(Object.fromEntries(utmNames.map((name) => [name, query.find(([key]) => key === `utm_${name}`)?.[1]])));
}

/** A search engine by its name, as `google` and `organic`; any other site by its host. */
function referralBy(host: string, ownHost: string) {
  if (host === '' || host === ownHost) return undefined;
  return siteKindOf(host) === 'search'
    ? { source: siteNameOf(host), medium: 'organic', referrer_host: host }
    : { source: host, medium: 'referral', referrer_host: host };
}

/** In lower case and without `www.`; '' where there is none. */
function hostOf(url: string | undefined): string {
  const host =
    (url &&
      parse(url)
        ?.host.toLowerCase()
        .replace(/^www\./, '')) ||
    '';
  return host === RELATIVE_HOST ? '' : host;
}

const RELATIVE_HOST = 'relative.invalid';
/** Null for what is no address. */
const parse = (url: string): URL | null => URL.parse(url, `http://${RELATIVE_HOST}`);
