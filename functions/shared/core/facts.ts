import { compareText } from './compare-text.ts';
import type { Json, MaskedEvent } from './event.ts';

/**
 * A fact's entries by name, each [order, value]: of two entries of one name "earliest" keeps the one with the lower
 * order, "latest" the one with the higher. The migrations hold the same merge in SQL (`merge_earliest`, `merge_latest`).
 */
export type Entry = readonly [order: string, value?: Json];
export type Entries = Readonly<Record<string, Entry>>;

export type FactTable =
  | 'orders'
  | 'payments'
  | 'shipments'
  | 'returns'
  | 'sessions'
  | 'session_products'
  | 'customers'
  | 'stock'
  | 'spend'
  | 'reported_counts';

/** What one event adds to the row `key` of `table`. */
export interface Fact {
  readonly table: FactTable;
  readonly key: string;
  readonly earliest: Entries;
  readonly latest: Entries;
}

/** Sorts below every character that a source or id may hold, so that joined parts compare part by part. */
const SEPARATOR = '\u0001';

/** One key of several parts, different for different parts. */
export function joinKey(...parts: readonly string[]): string {
  return parts.join(SEPARATOR);
}

/** (sequence or 0, time, source, id) as text that compares by code point as the tuple does. */
export function versionOf(event: Pick<MaskedEvent, 'time' | 'source' | 'id'>, sequence: number | undefined): string {
  return joinKey(String(sequence ?? 0).padStart(16, '0'), event.time, event.source, event.id);
}

/** (time, source, id): the order of an "earliest" entry that is to name its event. */
export function momentOf(event: Pick<MaskedEvent, 'time' | 'source' | 'id'>): string {
  return joinKey(event.time, event.source, event.id);
}

/** What a version or a moment says of its event; source and id are null in moments folded when they were times alone. */
export interface NamedEvent {
  /** UTC with microseconds. */
  readonly time: string;
  readonly source: string | null;
  readonly id: string | null;
}

/** @param order a version (`versionOf`) or a moment (`momentOf`) as it is stored */
export function readNamedEvent(order: string): NamedEvent {
  const parts = order.split(SEPARATOR);
  const [time = '', source = null, id = null] = parts.length === 4 ? parts.slice(1) : parts;
  return { time, source, id };
}

/** Entries of the fields that have a value, all of one version. */
export function versioned(version: string, fields: Readonly<Record<string, Json | undefined>>): Entries {
  const entries = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [[name, [version, value] as const]],
  );
  return Object.fromEntries(entries);
}

function mergeEntries(a: Entries, b: Entries, keepsB: (comparison: number) => boolean): Entries {
  const merged: Record<string, Entry> = { ...a };
  for (const [name, entry] of Object.entries(b)) {
    const other = merged[name];
    if (!other || keepsB(compareText(entry[0], other[0]))) merged[name] = entry;
  }
  return merged;
}

/** One fact per table and key: a statement cannot fold two into the same row. */
export function mergeFacts(facts: readonly Fact[]): Fact[] {
  const merged = new Map<string, Fact>();
  for (const fact of facts) {
    const id = joinKey(fact.table, fact.key);
    const other = merged.get(id);
    merged.set(
      id,
      other
        ? {
            ...fact,
            earliest: mergeEntries(other.earliest, fact.earliest, (comparison) => comparison < 0),
            latest: mergeEntries(other.latest, fact.latest, (comparison) => comparison > 0),
          }
        : fact,
    );
  }
  return [...merged.values()];
}
