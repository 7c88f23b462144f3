import type { Sql, TransactionSql } from 'postgres';
import { deadLetterAttributes } from '#contract/dead-letters.ts';
import { metrics as metricNames } from '#contract/metrics.ts';
import type { DeadLetterFilter } from '#core/dead-letter-filter.ts';
import { decryptOriginal } from '#core/encrypt-original.ts';
import { reduceError } from '#core/errors.ts';
import { countReplayable } from '#db/count-replayable.ts';
import { lockReplayable, type SealedLetter } from '#db/lock-replayable.ts';
import { markReplayed } from '#db/mark-replayed.ts';
import { decryptDataKey } from './decrypt-data-key.ts';
import { logger, metrics } from './observability.ts';
import { readQueueUrls } from './queue-urls.ts';
import { sendMessages } from './send-messages.ts';

/** Letters of one transaction: an original may have 1 MiB, and their rows are held while they are sent. */
const PAGE = 50;

export interface ReplayQuestion {
  readonly filter: DeadLetterFilter;
  /** Letters of higher ids only. */
  readonly after: string;
  /** Only those that were replayed so often at most; null: however often. */
  readonly mostReplays: number | null;
}

export interface ReplayOutcome {
  readonly matched: number;
  readonly replayed: number;
  /** Could not be read or were not taken by their queue: they stay as they were. */
  readonly failed: number;
  /** Matched and not come to. */
  readonly remaining: number;
  /** Id after which to go on, null where nothing remains. */
  readonly goOnAfter: string | null;
}

/**
 * Replays what matches now, the oldest first, page by page while `hasTime`, and `most` at most. Letters that fail again or
 * arrive meanwhile are not replayed a second time.
 */
export async function replayMatching(
  sql: Sql,
  question: ReplayQuestion,
  { most, hasTime }: { readonly most: number; readonly hasTime: () => boolean },
): Promise<ReplayOutcome> {
  const { count: matched, upTo } = await countReplayable(sql, question);
  let { after } = question;
  let [found, replayed] = [0, 0];
  let isDone = matched === 0;
  while (!isDone && found < most && hasTime()) {
    const size = Math.min(PAGE, most - found);
    const page = await replayLetters(sql, (tx) => lockReplayable(tx, { ...question, after, upTo }, size));
    found += page.found;
    replayed += page.replayed;
    after = page.lastId ?? after;
    isDone = page.found < size || found >= matched;
  }
  const remaining = isDone ? 0 : matched - found;
  return { matched, replayed, failed: found - replayed, remaining, goOnAfter: remaining > 0 ? after : null };
}

/**
 * Sends the letters that `lock` gives to the queues of their types, unchanged, and marks them. They are held from before
 * they are sent until they are marked, so that one that fails at once is opened after it is marked. A process that dies
 * between leaves them open although they were sent: sending one twice is a duplicate by its identity.
 */
export async function replayLetters(sql: Sql, lock: (tx: TransactionSql) => Promise<readonly SealedLetter[]>) {
  const outcome = await sql.begin(async (tx) => {
    const letters = await lock(tx);
    const sent = await sendAgain(letters);
    if (sent.length > 0) await markReplayed(tx, sent);
    return { found: letters.length, replayed: sent.length, lastId: letters.at(-1)?.id ?? null };
  });
  if (outcome.replayed > 0) metrics.addMetric(metricNames.deadLettersReplayed, 'Count', outcome.replayed);
  return outcome;
}

/** @returns ids of those that their queue took */
async function sendAgain(letters: readonly SealedLetter[]): Promise<string[]> {
  const urlOf = readQueueUrls('queueUrls');
  const opened = await openLetters(letters);
  const refused = await sendMessages(
    opened.map(({ letter, body }) => ({
      queueUrl: urlOf(letter.type),
      body,
      attributes: { [deadLetterAttributes.id]: letter.id },
    })),
  );
  return opened.flatMap(({ letter }, index) => (refused.has(index) ? [] : letter.id));
}

/** Letters of one captured batch share a data key, which is decrypted once. One that cannot be read costs no other. */
async function openLetters(letters: readonly SealedLetter[]) {
  const keys = new Map<string, Promise<Uint8Array>>();
  const keyOf = (sealed: Uint8Array) => {
    const name = Buffer.from(sealed).toString('base64');
    const key = keys.get(name) ?? decryptDataKey(sealed);
    keys.set(name, key);
    return key;
  };
  const opened: { readonly letter: SealedLetter; readonly body: string }[] = [];
  for (const letter of letters) {
    try {
      opened.push({ letter, body: decryptOriginal(letter.original, await keyOf(letter.dataKey)) });
    } catch (error) {
      logger.error('dead letter could not be read', { id: letter.id, error: reduceError(error) });
    }
  }
  return opened;
}
