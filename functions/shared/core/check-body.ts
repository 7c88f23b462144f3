import type { Json, JsonObject } from './event.ts';

export const MAX_BODY_BYTES = 256 * 1024;
export const MAX_DEPTH = 32;
/** From 2^39 on doubles lie further apart than 0.0001: an amount's decimals are read from its text there. */
const EXACT_BELOW = 2 ** 39;

/** Number texts by object and name, where a double may not tell amounts of 4 decimals apart. */
export type NumberTexts = ReadonlyMap<object, ReadonlyMap<string, string>>;
export interface ParsedBody {
  readonly value: Json;
  readonly numberTexts: NumberTexts;
}
const noTexts: NumberTexts = new Map();

export interface BodyFault {
  readonly reason: 'too_large' | 'bad_encoding' | 'malformed';
  readonly keyword: string;
}

/** Parses a message body after the checks that need no schema; the first fault in contract order, or the value. */
export function checkBody(body: string): ParsedBody | BodyFault {
  // A UTF-16 unit is 1 to 3 bytes of UTF-8, so most bodies need no count.
  if (body.length > MAX_BODY_BYTES || (body.length * 3 > MAX_BODY_BYTES && Buffer.byteLength(body) > MAX_BODY_BYTES))
    return { reason: 'too_large', keyword: 'maxBytes' };
  const encodingFault = findEncodingFault(body);
  if (encodingFault) return { reason: 'bad_encoding', keyword: encodingFault };

  let value: Json;
  try {
    value = JSON.parse(body);
  } catch {
    return { reason: 'malformed', keyword: 'json' };
  }
  const tally = { members: 0, inexact: false };
  const keyword = findFault(value, 1, tally) ?? (tally.members === countNames(body) ? null : 'uniqueNames');
  if (keyword) return { reason: 'malformed', keyword };
  return tally.inexact ? parseWithTexts(body) : { value, numberTexts: noTexts };
}

/** A surrogate pair, one `\u` escape, or any other escape: read from the left, so that `\\u0000` is no escaped NUL. */
const escapes = /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[\da-fA-F]{0,4}|[^u])/g;
const badEscape = /^\\u(?:0000|[dD][89a-fA-F][\da-fA-F]{2})$/;

/**
 * NUL and lone surrogates, raw or escaped, cannot be stored. A raw U+FFFD is what decoding leaves of bytes that were not
 * UTF-8, so it counts as such; a producer that means the character writes `\ufffd`.
 */
function findEncodingFault(body: string): string | null {
  if (body.includes('\0')) return 'nul';
  if (!body.isWellFormed()) return 'loneSurrogate';
  if (body.includes('\ufffd')) return 'utf8';
  if (!body.includes('\\u')) return null;
  for (const [found] of body.matchAll(escapes)) {
    if (badEscape.test(found)) return found === '\\u0000' ? 'nul' : 'loneSurrogate';
  }
  return null;
}

/** Goes no deeper than MAX_DEPTH, so recursion is bounded whatever the body holds. */
function findFault(value: Json, depth: number, tally: { members: number; inexact: boolean }): string | null {
  if (typeof value === 'number') {
    // 1e400 is read as Infinity, which neither JSON nor `numeric` can hold.
    if (!Number.isFinite(value)) return 'finiteNumber';
    if (value >= EXACT_BELOW || value <= -EXACT_BELOW) tally.inexact = true;
    return null;
  }
  if (value === null || typeof value !== 'object') return null;
  if (depth > MAX_DEPTH) return 'maxDepth';
  if (Array.isArray(value)) {
    for (const item of value) {
      const fault = findFault(item, depth + 1, tally);
      if (fault) return fault;
    }
    return null;
  }
  for (const name of Object.keys(value)) {
    if (name === '__proto__' || name === 'constructor' || name === 'prototype') return 'forbiddenName';
    tally.members++;
    const fault = findFault((value as JsonObject)[name] ?? null, depth + 1, tally);
    if (fault) return fault;
  }
  return null;
}

/**
 * Member names in the text of valid JSON. More than the parsed value has means that one object names a member twice:
 * RFC 8785 (by I-JSON) rules that out, as two readers would disagree on what it says.
 */
function countNames(json: string): number {
  let names = 0;
  let start = json.indexOf('"');
  while (start !== -1) {
    let end = json.indexOf('"', start + 1);
    while (isEscaped(json, end)) end = json.indexOf('"', end + 1);
    let after = end + 1;
    while (json.charCodeAt(after) <= 0x20) after++;
    if (json.charCodeAt(after) === 0x3a) names++;
    start = json.indexOf('"', after);
  }
  return names;
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(json: string, at: number): boolean {
  let before = at - 1;
  while (json.charCodeAt(before) === 0x5c) before--;
  return (at - before) % 2 === 0;
}

type ReviverContext = { readonly source?: string };

/** Parses again, with a reviver (which recurses, hence after the depth is known), to see how large numbers were written. */
function parseWithTexts(body: string): ParsedBody {
  const numberTexts = new Map<object, Map<string, string>>();
  function keepText(this: object, name: string, value: unknown, context?: ReviverContext) {
    if (typeof value === 'number' && Math.abs(value) >= EXACT_BELOW && context?.source !== undefined) {
      const texts = numberTexts.get(this) ?? new Map<string, string>();
      numberTexts.set(this, texts.set(name, context.source));
    }
    return value;
  }
  return { value: JSON.parse(body, keepText), numberTexts };
}
