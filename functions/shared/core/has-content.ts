import { contentHash } from './mask-event.ts';
import type { PseudonymKeys } from './pseudonym-keys.ts';

/** What the ledger keeps of an event's content: its digest, and the version of the key that made it. */
interface KeptContent {
  readonly content_hash: string;
  readonly key_version: string;
}

/**
 * Whether an event's canonical text is what was stored under its identity: else it is a conflict. By the key that the entry
 * was made with; without that key nothing can be said, and the first to arrive stays.
 */
export function hasContent(kept: KeptContent, canonical: string, keys: PseudonymKeys): boolean {
  const key = keys.keys.get(kept.key_version);
  return key === undefined || contentHash(canonical, key) === kept.content_hash;
}
