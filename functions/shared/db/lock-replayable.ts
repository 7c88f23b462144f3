import type { TransactionSql } from 'postgres';
import type { DeadLetterFilter } from '#core/dead-letter-filter.ts';

/** Letters of ids above `after` up to `upTo`; of the status `open` where the filter names none. */
export interface ReplaySelection {
  readonly filter: DeadLetterFilter;
  readonly after: string;
  readonly upTo: string;
  /** Null: however often they were replayed. */
  readonly mostReplays: number | null;
}

/** A dead letter with its original as it is stored. */
export interface SealedLetter {
  readonly id: string;
  readonly type: string | null;
  /** AES-256-GCM under the data key. */
  readonly original: Uint8Array;
  /** Sealed by the key management service. */
  readonly dataKey: Uint8Array;
}

/** The first letters of the selection, held until the transaction ends; those that another one holds are left out. */
export async function lockReplayable(
  tx: TransactionSql,
  { filter, after, upTo, mostReplays }: ReplaySelection,
  limit: number,
): Promise<SealedLetter[]> {
  return await tx<SealedLetter[]>`
    select id::text, event_type as type, original, data_key as "dataKey"
    from dead_letter_queue
    where id > ${after} and id <= ${upTo}
      and status = ${filter.status ?? 'open'}
      and (${mostReplays}::int is null or replays <= ${mostReplays}::int)
      and (${filter.type}::text is null or event_type = ${filter.type}::text)
      and (${filter.reason}::text is null or reason = ${filter.reason}::text)
      and (${filter.from}::timestamptz is null or received_at >= ${filter.from}::timestamptz)
      and (${filter.to}::timestamptz is null or received_at < ${filter.to}::timestamptz)
    order by dead_letter_queue.id
    limit ${limit}
    for update skip locked`;
}
