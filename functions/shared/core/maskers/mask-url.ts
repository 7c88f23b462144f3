import { isIPv4 } from 'node:net';
import { maskIp } from './mask-ip.ts';
import { scrubText } from './scrub-text.ts';

/** Stands for what is no address of a page: reserved to mean nothing (https://www.w3.org/TR/css-values/#about-invalid). */
const INVALID = 'about:invalid';
/** Only tells apart a relative address from an absolute one. */
const relativeBase = 'http://relative.invalid';

/**
 * Origin and path without user, fragment and query, but with utm_*; path segments and utm values that look personal are
 * `***`. Relative addresses stay relative, none stays none. Apps as referrers keep their name (`android-app://com.example`).
 */
export function maskUrl(value: string): string {
  if (value === '') return '';
  const url = URL.parse(value, relativeBase);
  if (url === null) return INVALID;
  if (url.protocol === 'android-app:' || url.protocol === 'ios-app:') return `${url.protocol}//${scrubText(url.host)}`;
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return INVALID;
  const origin = url.origin === relativeBase ? '' : `${url.protocol}//${maskHost(url)}`;
  return origin + maskPath(url.pathname) + maskQuery(url.searchParams);
}

function maskHost({ hostname, port }: URL): string {
  const suffix = port === '' ? '' : `:${port}`;
  if (isIPv4(hostname)) return maskIp(hostname) + suffix;
  if (hostname.startsWith('[')) return `[${maskIp(hostname)}]${suffix}`;
  return hostname.split('.').map(scrubText).join('.') + suffix;
}

const maskPath = (path: string) => path.split('/').map(scrubText).join('/');

function maskQuery(query: URLSearchParams): string {
  const kept = new URLSearchParams();
  for (const [name, value] of query) {
    // The name is the sender's text as well.
    if (/^utm_[a-z_]{1,32}$/i.test(name)) kept.append(name, scrubText(value));
  }
  return kept.size === 0 ? '' : `?${kept}`;
}
