import { createHash } from 'node:crypto';

/** An answer as its routes give it; `meta` tells how far the data goes. */
export interface Answer {
  readonly data: unknown;
  readonly meta: { readonly asOf: string; readonly freshness: object; readonly period?: object | undefined };
}

export const isAnswer = (body: object): body is Answer => 'data' in body && 'meta' in body;

/**
 * The entity tag (RFC 9110) of an answer: a digest of the route, the parameters and the answer, but for when it was asked
 * and how far behind it is. Weak, since those differ between two answers that have it in common.
 */
export function makeEtag(question: string, { data, meta: { asOf: _, ...meta } }: Answer): string {
  const freshness = { ...meta.freshness, newestEventAt: undefined, lagSeconds: undefined };
  return `W/"${digest(JSON.stringify([question, data, { ...meta, freshness }]))}"`;
}

/** 128 bits, as text. */
export const digest = (text: string): string =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

/** Whether a field `If-None-Match` names the tag, compared weakly as RFC 9110 wants for it; `*` names any. */
export function namesEtag(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = (tag: string) => tag.replace(/^W\//, '');
  return [...ifNoneMatch.matchAll(/(?:W\/)?"[^"]*"/g)].some(([tag]) => opaque(tag) === opaque(etag));
}
