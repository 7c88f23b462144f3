import { setTimeout } from 'node:timers/promises';
import { classifyDatabaseError } from '#core/classify-error.ts';
import { withDeadline } from '#runtime/deadline.ts';

/** How a set of items ended: each item is in exactly one of the three. */
export interface Isolation<Item, Result> {
  readonly stored: { readonly items: readonly Item[]; readonly result: Result }[];
  /** The database refused this item's own values. */
  readonly poison: { readonly item: Item; readonly error: unknown }[];
  /** Not their fault: they may succeed later. */
  readonly failed: { readonly items: readonly Item[]; readonly error: unknown }[];
}

export interface Attempt<Item, Result> {
  readonly store: (items: readonly Item[]) => Promise<Result>;
  /** Runs an operation with its deadline, or throws at once where the database is known to fail. */
  readonly guard: <Value>(operation: () => Promise<Value>) => Promise<Value>;
  /** Milliseconds in which it has to end. */
  readonly remaining: () => number;
  /** What was known of partitions is wrong. */
  readonly forgetPartitions: () => void;
  /** The client of the attempt may hang for good. */
  readonly discardClient: () => Promise<void>;
}

/**
 * Stores items together; where the values of one are refused, finds it by halving, so that k of n cost at most
 * 2k·log2(n) more transactions and every other item is stored. Trouble that is not an item's fault ends the search: the
 * halves not stored by then fail.
 */
export async function storeIsolating<Item, Result>(
  items: readonly Item[],
  attempt: Attempt<Item, Result>,
): Promise<Isolation<Item, Result>> {
  try {
    return { stored: [{ items, result: await storeInTime(items, attempt) }], poison: [], failed: [] };
  } catch (error) {
    const [item] = items;
    if (classifyDatabaseError(error) !== 'data') return { stored: [], poison: [], failed: [{ items, error }] };
    if (items.length === 1 && item !== undefined) return { stored: [], poison: [{ item, error }], failed: [] };
    const middle = Math.ceil(items.length / 2);
    const left = await storeIsolating(items.slice(0, middle), attempt);
    const rest = items.slice(middle);
    const [failure] = left.failed;
    const right = failure
      ? { stored: [], poison: [], failed: [{ items: rest, error: failure.error }] }
      : await storeIsolating(rest, attempt);
    return merge(left, right);
  }
}

/** One after the other, each with its share of the time that is left: one that hangs costs no other its turn. */
export async function storeOneByOne<Item, Result>(
  items: readonly Item[],
  attempt: Attempt<Item, Result>,
): Promise<Isolation<Item, Result>> {
  let outcome: Isolation<Item, Result> = { stored: [], poison: [], failed: [] };
  for (const [index, item] of items.entries()) {
    const share = attempt.remaining() / (items.length - index);
    const end = performance.now() + share;
    outcome = merge(outcome, await storeIsolating([item], { ...attempt, remaining: () => end - performance.now() }));
  }
  return outcome;
}

const TRIES = 3;
/** Longer than the transactions that conflict take, and different for the two that do. */
const BACKOFF_MS = 50;

async function storeInTime<Item, Result>(items: readonly Item[], attempt: Attempt<Item, Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt.guard(() => withDeadline(attempt.remaining(), () => attempt.store(items)));
    } catch (error) {
      const errorClass = classifyDatabaseError(error);
      if (errorClass === 'missing_partition') attempt.forgetPartitions();
      else if (errorClass === 'infrastructure') await attempt.discardClient();
      if (tries === TRIES || errorClass === 'data' || errorClass === 'infrastructure') throw error;
      await setTimeout(Math.random() * BACKOFF_MS * tries);
    }
  }
}

function merge<Item, Result>(a: Isolation<Item, Result>, b: Isolation<Item, Result>): Isolation<Item, Result> {
  return {
    stored: [...a.stored, ...b.stored],
    poison: [...a.poison, ...b.poison],
    failed: [...a.failed, ...b.failed],
  };
}
