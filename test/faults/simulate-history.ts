import { randomBytes } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import type { Sql } from 'postgres';
import { deadLetterAttributes } from '#contract/dead-letters.ts';
import { MAX_RECEIVE_COUNT } from '#contract/event-types.ts';
import { decryptOriginal } from '#core/encrypt-original.ts';
import type { EventRows } from '#core/rows.ts';
import type { DeadLetterRow } from '#db/insert-dead-letters.ts';
import type { LedgerEntry } from '#db/record-in-ledger.ts';
import type { DeadLetter } from '#runtime/send-dead-letters.ts';
import { captureBatch } from '../../functions/dlq/capture-batch.ts';
import { ingestBatch } from '../../functions/ingest/ingest-batch.ts';
import { identityOf } from '../../functions/ingest/store-events.ts';
import type { Random } from '../../local/sample/random.ts';
import { makeRecord } from '../setup/events.ts';
import { type PlannedMessage, POISON } from './plan-messages.ts';
import type { Clock } from './simulated-clock.ts';
import { makeStore, type SimulatedStore, storeFaults } from './simulated-store.ts';

/** Of no random bytes: what is sorted by a digest is in the same order in each run. */
export const keys = { current: 'v1', keys: new Map([['v1', Buffer.alloc(32, 7)]]) };

const FUNCTION_TIMEOUT_MS = 30_000;
const MARGIN_MS = 2_000;
/** As the template has it: six times the function's timeout. */
const VISIBILITY_MS = 6 * FUNCTION_TIMEOUT_MS;
const SPREAD_MS = 400_000;
const DATA_KEY = { plain: randomBytes(32), sealed: randomBytes(8) };

interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: SQSRecord['messageAttributes'];
  receives: number;
  visibleAt: number;
  deleted: boolean;
  isAgain: boolean;
}

export type SimulatedLetter = DeadLetterRow & { readonly captured_at: number };

export interface History {
  readonly accepted: readonly (PlannedMessage & { readonly id: string })[];
  readonly store: SimulatedStore;
  /** By deduplication key. */
  readonly letters: ReadonlyMap<string, SimulatedLetter>;
  /** Sends what was given up because of faults once more, without faults. */
  readonly replay: () => Promise<void>;
}

/** Points at which an invocation may die, and what else happened: how often, over all histories. */
export type Coverage = Map<string, number>;

/**
 * Queue, event source mapping, workers, idempotency table, dead-letter queue and its consumer, around the real
 * `ingestBatch` and `captureBatch`. An invocation that dies at a point is abandoned there: what it waits for never comes.
 */
export async function simulateHistory(
  planned: readonly PlannedMessage[],
  { clock, random, coverage }: { readonly clock: Clock; readonly random: Random; readonly coverage: Coverage },
): Promise<History> {
  const store = makeStore(clock, random, (row) => row.event_id.includes(POISON));
  const records = new Map<string, LedgerEntry>();
  const letters = new Map<string, SimulatedLetter>();
  const queue: Message[] = [];
  const deadLetterQueue: Message[] = [];
  // How hostile this history is; none of it is certain, so that what is tried often enough ends
  let faultRate = random.pick([0.02, 0.1, 0.3]);
  const happens = (what: string, rate = faultRate) => {
    if (!random.chance(rate)) return false;
    coverage.set(what, (coverage.get(what) ?? 0) + 1);
    return true;
  };
  const pause = () => clock.sleep(random.integer(1, 40));
  const never = new Promise<never>(() => {});
  let ids = 0;
  const enqueue = (to: Message[], body: string, attributes: SQSRecord['messageAttributes'] = {}, id = `m${ids++}`) => {
    to.push({ id, body, attributes, receives: 0, visibleAt: clock.now(), deleted: false, isAgain: false });
    return id;
  };

  /** One invocation: its answer, or undefined where it died or ran out of time. */
  async function invoke(
    handle: (worker: Worker) => Promise<readonly string[]>,
  ): Promise<readonly string[] | undefined> {
    if (happens('throttle')) return undefined;
    const end = clock.now() + FUNCTION_TIMEOUT_MS;
    const { promise: died, resolve: die } = Promise.withResolvers<undefined>();
    let isDead = false;
    const onEnd: (() => void)[] = [];
    const kill = () => {
      isDead = true;
      for (const lost of onEnd) lost();
      die(undefined);
    };
    const timeout = new AbortController();
    const worker: Worker = {
      remaining: () => end - clock.now() - MARGIN_MS,
      reach: async (point) => {
        await pause();
        if (!isDead && happens(`killed: ${point}`, faultRate / 4)) kill();
        if (isDead) await never;
      },
      onLost: (lost) => void onEnd.push(lost),
      discardClient: async () => {
        for (const lost of onEnd) lost();
      },
    };
    const answer = handle(worker).then(async (failedIds) => {
      await worker.reach('before answering');
      return failedIds;
    });
    const outcome = await Promise.race([
      answer,
      died,
      clock.sleep(FUNCTION_TIMEOUT_MS, timeout.signal).then(() => {
        happens('timeout', 1);
        kill();
        return undefined;
      }),
    ]);
    timeout.abort();
    return outcome;
  }

  async function ingest(batch: readonly SQSRecord[], worker: Worker): Promise<readonly string[]> {
    const { failedIds } = await ingestBatch(batch, {
      keys,
      limits: { now: new Date(clock.now()), rawRetentionDays: 90, maxFutureHours: 24 },
      recall: async (entries) => {
        await worker.reach('recall');
        if (happens('idempotency table down at reading')) return [];
        return entries.flatMap((entry) => records.get(identityOf(entry)) ?? []);
      },
      remember: async (entries) => {
        await worker.reach('before marking done');
        if (happens('idempotency table down at writing')) return;
        for (const entry of entries) if (!happens('record lost')) records.set(identityOf(entry), entry);
        await worker.reach('after marking done');
      },
      store: async (rows: readonly EventRows[]) => {
        const fault = random.chance(faultRate) ? random.pick(storeFaults) : undefined;
        if (fault) happens(`store: ${fault[0]} (${fault[1]})`, 1);
        return await store.storeEvents(rows, { reach: worker.reach, fault, onLost: worker.onLost });
      },
      guard: (operation) => operation(),
      remaining: worker.remaining,
      forgetPartitions: () => {},
      discardClient: worker.discardClient,
      deadLetter: async (sent) => {
        await worker.reach('before dead letters');
        const unsent = sent.filter((letter) => {
          if (happens('dead letter not taken')) return true;
          enqueue(deadLetterQueue, letter.record.body, toAttributes(letter));
          return happens('dead letter taken, reply lost');
        });
        await worker.reach('after dead letters');
        return unsent.map(({ record }) => record.messageId);
      },
      onFailure: () => {},
    });
    return failedIds;
  }

  async function capture(batch: readonly SQSRecord[], worker: Worker): Promise<readonly string[]> {
    await worker.reach('capture: begin');
    if (happens('capture: database down')) return batch.map(({ messageId }) => messageId);
    await captureBatch(batch, {
      sql: tablesOf(store, letters, clock.now),
      keys,
      limits: { now: new Date(clock.now()), rawRetentionDays: 90, maxFutureHours: 24 },
      generateDataKey: async () => DATA_KEY,
    });
    await worker.reach('capture: committed');
    return [];
  }

  /** Polls until the queue is empty and nothing more can come. */
  async function map(
    from: Message[],
    {
      isDone,
      redrive,
      handle,
    }: {
      readonly isDone: () => boolean;
      readonly redrive: boolean;
      readonly handle: (batch: readonly SQSRecord[], worker: Worker) => Promise<readonly string[]>;
    },
  ): Promise<void> {
    const running = new Set<Promise<void>>();
    const maxConcurrency = random.integer(1, 3);
    while (running.size > 0 || !isDone() || from.some((message) => !message.deleted)) {
      const visible = from.filter((message) => !message.deleted && message.visibleAt <= clock.now());
      const batch = running.size < maxConcurrency ? visible.slice(0, random.integer(1, 8)) : [];
      const taken = batch.filter((message) => {
        // At least once: SQS may hand one receive to two consumers
        if (!message.isAgain) message.receives += 1;
        message.isAgain = !message.isAgain && happens('received twice');
        message.visibleAt = clock.now() + (message.isAgain ? 1 : VISIBILITY_MS);
        if (!redrive || message.receives <= MAX_RECEIVE_COUNT) return true;
        message.deleted = true;
        happens('redriven', 1);
        enqueue(deadLetterQueue, message.body, {}, message.id);
        return false;
      });
      if (taken.length === 0) {
        await clock.sleep(visible.length > 0 ? 50 : 1_000 + random.integer(0, 4_000));
        continue;
      }
      const run = invoke((worker) => handle(taken.map(toRecord), worker))
        .then((failedIds) => {
          for (const message of failedIds === undefined ? [] : taken)
            if (!failedIds?.includes(message.id) && !happens('deletion lost')) message.deleted = true;
        })
        .finally(() => running.delete(run));
      running.add(run);
      await pause();
    }
  }

  async function runAll(publish: () => Promise<void>): Promise<void> {
    let isPublished = false;
    let isIngested = false;
    const all = Promise.all([
      publish().then(() => {
        isPublished = true;
      }),
      map(queue, { isDone: () => isPublished, redrive: true, handle: ingest }).then(() => {
        isIngested = true;
      }),
      map(deadLetterQueue, { isDone: () => isIngested, redrive: false, handle: capture }),
    ]);
    await clock.run();
    await all;
  }

  const accepted: (PlannedMessage & { readonly id: string })[] = [];
  await runAll(async () => {
    for (const message of planned) {
      if (random.chance(0.3)) await clock.sleep(random.integer(0, SPREAD_MS));
      accepted.push({ ...message, id: enqueue(queue, message.body) });
    }
  });
  return {
    ...{ accepted, store, letters },
    replay: async () => {
      faultRate = 0;
      const givenUp = [...letters.values()].filter(({ reason }) => reason === 'processing_failed');
      await runAll(async () => {
        for (const { original } of givenUp) {
          enqueue(queue, decryptOriginal(Buffer.from(original, 'base64'), DATA_KEY.plain));
        }
      });
    },
  };
}

interface Worker {
  readonly remaining: () => number;
  /** Takes a moment, and never returns where the invocation is dead or dies here. */
  readonly reach: (point: string) => Promise<void>;
  readonly onLost: (lost: () => void) => void;
  readonly discardClient: () => Promise<void>;
}

function toRecord({ id, body, attributes, receives }: Message): SQSRecord {
  const record = makeRecord(body, { messageId: id, messageAttributes: attributes });
  return { ...record, attributes: { ...record.attributes, ApproximateReceiveCount: String(receives) } };
}

/** As `sendDeadLetters` puts them beside the body. */
function toAttributes({ rejection: { reason, pointer, keyword }, deduplicationKey }: DeadLetter) {
  const texts = Object.entries({ reason, pointer, keyword, deduplicationKey }).filter(([, text]) => text !== '');
  return Object.fromEntries(
    texts.map(([name, stringValue]) => [
      deadLetterAttributes[name as keyof typeof deadLetterAttributes],
      { stringValue, dataType: 'String' },
    ]),
  ) as SQSRecord['messageAttributes'];
}

/** The statements of the capture, over the store's ledger and a map. */
function tablesOf(store: SimulatedStore, letters: Map<string, SimulatedLetter>, now: () => number): Sql {
  const statement = async (texts: readonly string[], json: string) => {
    if (texts.some((text) => text.includes('from erased_identities'))) return [];
    const rows = JSON.parse(json);
    if (texts.some((text) => text.includes('from processed_events')))
      return (rows as LedgerEntry[]).flatMap((row) => store.ledger.get(identityOf(row)) ?? []);
    if (!texts.some((text) => text.includes('insert into dead_letter_queue')))
      throw new Error('the simulated tables do not know this statement of the capture');
    const fresh = (rows as DeadLetterRow[]).filter(({ deduplication_key }) => !letters.has(deduplication_key));
    for (const row of fresh) letters.set(row.deduplication_key, { ...row, captured_at: now() });
    return { count: fresh.length };
  };
  const sql = Object.assign(statement, { begin: (transaction: (tx: unknown) => unknown) => transaction(statement) });
  return sql as unknown as Sql;
}
