export type SiteKind = 'search' | 'social' | 'video' | 'shopping';

/**
 * Well-known sites of the lists behind Google Analytics' default channel groups
 * (https://support.google.com/analytics/answer/9756891), by the name that is left of their public suffix, or by whole host
 * where that name says too little.
 */
const names: Readonly<Record<SiteKind, string>> = {
  search:
    'aol ask baidu bing daum dogpile duckduckgo ecosia google lycos naver qwant seznam search.brave.com sogou so.com startpage yahoo yandex 360.cn',
  social:
    'bsky facebook fb fb.me flickr foursquare goodreads ig instagram line.me linkedin lnkd.in mastodon medium.com meetup messenger nextdoor ok.ru pinterest quora reddit snapchat t.co t.me telegram threads tiktok tumblr twitter vk wechat weibo whatsapp x.com xing yelp',
  video: 'bilibili crackle dailymotion disneyplus hulu iqiyi netflix twitch vimeo youtu.be youtube',
  shopping: 'alibaba aliexpress amazon ebay etsy mercadolibre shopify shopping.google.com walmart',
};

const kinds: ReadonlyMap<string, SiteKind> = new Map(
  Object.entries(names).flatMap(([kind, list]) => list.split(' ').map((name) => [name, kind as SiteKind] as const)),
);

/** What kind of site a campaign's source or a host is; undefined for all others. @param source in lower case */
export const siteKindOf = (source: string): SiteKind | undefined => kinds.get(source) ?? kinds.get(siteNameOf(source));

/** Second-level labels under which countries register names, as in `amazon.co.uk`. */
const registries = new Set(['ac', 'co', 'com', 'edu', 'gov', 'ne', 'net', 'or', 'org']);

/** `m.google.co.uk` is `google`; what has no dot is its own name. */
export function siteNameOf(source: string): string {
  const labels = source.split('.');
  if (labels.length === 1) return source;
  labels.pop();
  if (labels.length > 1 && registries.has(labels.at(-1)!)) labels.pop();
  return labels.at(-1)!;
}
