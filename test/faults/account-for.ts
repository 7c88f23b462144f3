import { joinKey } from '#core/facts.ts';
import { maskEvent } from '#core/mask-event.ts';
import { readEvent } from '#core/read-event.ts';
import { identityOf } from '../../functions/ingest/store-events.ts';
import { POISON } from './plan-messages.ts';
import { type History, keys } from './simulate-history.ts';

export interface Account {
  readonly stored: number;
  readonly duplicates: number;
  readonly deadLetters: number;
  /** Of the dead letters, those whose event, or one of its identity, was stored only after they had been captured. */
  readonly overtaken: number;
  /** What no rule explains, by message; empty where all is well. */
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly unexplained: readonly string[];
}

/** What became of each accepted message: exactly one of stored, known duplicate, and dead letter with a fitting reason. */
export function accountFor({ accepted, store, letters }: History, now: Date): Account {
  const counts = { stored: 0, duplicates: 0, deadLetters: 0, overtaken: 0 };
  const wrong = { lost: [] as string[], duplicated: [] as string[], unexplained: [] as string[] };
  const messages = accepted.map((message) => {
    const read = readEvent(message.body, { now, rawRetentionDays: 90, maxFutureHours: 24 });
    const event = 'event' in read ? maskEvent(read.event, keys) : undefined;
    return { ...message, hash: event?.contentHash, identity: event && joinKey(event.source, event.id) };
  });
  const sent = Map.groupBy(messages, ({ hash }) => hash);
  const holders = new Set<string>();
  const explained = new Set<string>();

  for (const { id, refused, hash, identity } of messages) {
    const told = [id, `conflict ${hash}`, `failed ${hash}`].filter((key) => letters.has(key));
    for (const key of told) explained.add(key);
    const reasons = told.map((key) => letters.get(key)!.reason);
    const held = identity === undefined ? undefined : store.ledger.get(identity);
    const storedAt = store.storedAt.get(identity ?? '') ?? Number.POSITIVE_INFINITY;
    const wasTooEarly = told.every((key) => letters.get(key)!.captured_at < storedAt);
    // Captured as failed, and once more as a conflict after another content of its identity was stored in between
    const isTwice = told.length === 2 && told.filter((key) => letters.get(key)!.captured_at < storedAt).length === 1;
    if (told.length > (hash === undefined ? 1 : Math.min(2, sent.get(hash)!.length)) && !isTwice) {
      wrong.duplicated.push(`${id}: dead letters ${reasons}`);
    } else if (hash !== undefined && held?.content_hash === hash) {
      // Given up while another delivery of the same event was still to come
      if (told.length > 0 && !wasTooEarly) wrong.unexplained.push(`${id}: stored, and dead letter as ${reasons}`);
      else if (told.length > 0) counts.overtaken += 1;
      counts[holders.has(identity!) ? 'duplicates' : 'stored'] += 1;
      holders.add(identity!);
    } else if (told.length === 0) {
      wrong.lost.push(`${id}: neither stored nor dead letter`);
    } else {
      const allowed = refused ?? (held && !wasTooEarly ? 'identity_conflict' : 'processing_failed');
      if (!reasons.includes(allowed)) wrong.unexplained.push(`${id}: ${reasons} instead of ${allowed}`);
      counts.deadLetters += 1;
      if (held && wasTooEarly) counts.overtaken += 1;
    }
  }
  for (const [, rows] of Map.groupBy(store.events, identityOf))
    if (rows.length > 1) wrong.duplicated.push(`${rows[0]!.event_id}: stored ${rows.length} times`);
  for (const identity of store.ledger.keys())
    if (!holders.has(identity)) wrong.unexplained.push('stored, but no accepted message holds it');
  for (const row of store.events)
    if (row.event_id.includes(POISON)) wrong.unexplained.push(`${row.event_id}: stored though the database refuses it`);
  for (const key of letters.keys()) if (!explained.has(key)) wrong.unexplained.push('a dead letter of no message');
  return { ...counts, ...wrong };
}
