import type { Sql } from 'postgres';
import type { Json } from '#core/event.ts';
import type { ListedLetter } from './list-dead-letters.ts';

export interface ReadLetter extends ListedLetter {
  readonly queue: string;
  readonly capturedAt: Date;
  readonly maskedView: Json;
}

/** One dead letter without its original; undefined where there is none of this id. */
export async function readDeadLetter(sql: Sql, id: string): Promise<ReadLetter | undefined> {
  const [letter] = await sql<ReadLetter[]>`
    select
      id::text, event_type as type, reason, pointer, keyword, event_source as source, event_id as "eventId",
      received_at as "receivedAt", captured_at as "capturedAt", status, replays, queue, masked_view as "maskedView"
    from dead_letter_queue
    where dead_letter_queue.id = ${id}`;
  return letter;
}
