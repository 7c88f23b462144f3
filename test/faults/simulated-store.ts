import { compareText } from '#core/compare-text.ts';
import type { EventRow, EventRows } from '#core/rows.ts';
import type { LedgerEntry } from '#db/record-in-ledger.ts';
import { identityOf } from '../../functions/ingest/store-events.ts';
import type { Random } from '../../local/sample/random.ts';
import type { Clock } from './simulated-clock.ts';

/** The server's `lock_timeout` and `idle_in_transaction_session_timeout` (migration 0007). */
const LOCK_TIMEOUT_MS = 20_000;
const IDLE_TIMEOUT_MS = 30_000;

/** As the driver raises it. */
const databaseError = (code: string, routine?: string) => Object.assign(new Error('simulated'), { code, routine });

/** What may go wrong with a transaction, and where. */
export const storeFaults = [
  ['refused', 'begin'],
  ['reset', 'begin'],
  ['deadlock', 'after ledger'],
  ['serialization failure', 'before commit'],
  ['partition gone', 'after ledger'],
  ['disk full', 'after ledger'],
  ['reset', 'after ledger'],
  ['hangs, then ends', 'after ledger'],
  ['hangs, then ends', 'before commit'],
  ['hangs, then commits', 'commit sent'],
  ['reply lost', 'commit sent'],
] as const;

/** Where a function that uses the store can die; `reach` never returns when it does. */
export type Reach = (point: 'begin' | 'after ledger' | 'before commit' | 'commit sent') => Promise<void>;

export interface SimulatedStore {
  readonly ledger: ReadonlyMap<string, LedgerEntry>;
  /** When the identity was stored. */
  readonly storedAt: ReadonlyMap<string, number>;
  /** What the transactions inserted, duplicates included if there were any. */
  readonly events: readonly EventRow[];
  /** What `storeEvents` does, as far as its transaction's isolation goes. */
  storeEvents(batch: readonly EventRows[], connection: Connection): Promise<LedgerEntry[]>;
}

export interface Connection {
  readonly reach: Reach;
  /** The fault that this transaction meets. */
  readonly fault: (typeof storeFaults)[number] | undefined;
  /** Called once the client is gone: what is not committed rolls back. */
  readonly onLost: (rollBack: () => void) => void;
}

/** PostgreSQL as far as exactly once rests on it: unique identities, row locks until the end, all or nothing. */
export function makeStore(clock: Clock, random: Random, isPoison: (row: EventRow) => boolean): SimulatedStore {
  const ledger = new Map<string, LedgerEntry>();
  const storedAt = new Map<string, number>();
  const events: EventRow[] = [];
  const locks = new Map<string, { readonly freed: Promise<void>; readonly free: () => void }>();

  async function claim(identity: string, held: Set<string>, mustBeOpen: () => void): Promise<boolean> {
    for (let lock = locks.get(identity); lock; lock = locks.get(identity)) {
      const timeout = new AbortController();
      const isFree = await Promise.race([
        lock.freed.then(() => true),
        clock.sleep(LOCK_TIMEOUT_MS, timeout.signal).then(() => false),
      ]);
      timeout.abort();
      if (!isFree) throw databaseError('55P03');
    }
    mustBeOpen(); // it may have ended while this waited
    if (ledger.has(identity)) return false;
    const { promise, resolve } = Promise.withResolvers<void>();
    locks.set(identity, { freed: promise, free: resolve });
    held.add(identity);
    return true;
  }

  return {
    ...{ ledger, storedAt, events },
    storeEvents: async (batch, { reach, fault, onLost }) => {
      const held = new Set<string>();
      let state: 'open' | 'committing' | 'ended' = 'open';
      const end = () => {
        state = 'ended';
        for (const identity of held) {
          const lock = locks.get(identity);
          locks.delete(identity);
          lock?.free();
        }
      };
      const meets = async (point: (typeof storeFaults)[number][1]) => {
        await reach(point);
        if (fault?.[1] !== point) return;
        if (fault[0] === 'hangs, then ends') {
          await clock.sleep(IDLE_TIMEOUT_MS);
          throw databaseError('25P03');
        }
        const codes = {
          ...{ refused: 'ECONNREFUSED', reset: 'ECONNRESET', deadlock: '40P01', 'disk full': '53100' },
          ...{ 'serialization failure': '40001', 'partition gone': '23514' },
        } as const;
        const code = codes[fault[0] as keyof typeof codes];
        if (code) throw databaseError(code, code === '23514' ? 'ExecFindPartition' : undefined);
      };
      // The server notices that the client is gone within a moment
      const rollBack = () => {
        if (state === 'open') end();
      };
      const mustBeOpen = () => {
        if (state === 'ended') throw databaseError('CONNECTION_CLOSED');
      };
      onLost(() => void clock.sleep(random.integer(0, 50)).then(rollBack));
      try {
        await meets('begin');
        const rows = batch.map(({ event }) => event).sort((a, b) => compareText(identityOf(a), identityOf(b)));
        const fresh: EventRow[] = [];
        for (const row of rows) if (await claim(identityOf(row), held, mustBeOpen)) fresh.push(row);
        await meets('after ledger');
        mustBeOpen();
        if (fresh.some(isPoison)) throw databaseError('22P02');
        await meets('before commit');
        mustBeOpen();
        const known = rows.flatMap((row) => (fresh.includes(row) ? [] : ledger.get(identityOf(row))!));
        // From here on the server commits, whatever becomes of the client
        state = 'committing';
        if (fault?.[0] === 'hangs, then commits') await clock.sleep(random.integer(1, IDLE_TIMEOUT_MS));
        for (const row of fresh) {
          ledger.set(identityOf(row), row);
          storedAt.set(identityOf(row), clock.now());
        }
        events.push(...fresh);
        end();
        await meets('commit sent');
        if (fault?.[0] === 'reply lost') throw databaseError('CONNECTION_CLOSED');
        return known;
      } catch (error) {
        rollBack();
        throw error;
      }
    },
  };
}
