import type { TransactionSql } from 'postgres';
import type { DeadLetterRow } from './insert-dead-letters.ts';
import { jsonRows } from './json-rows.ts';

/** A replayed letter that failed again. */
export interface FailedAgain {
  /** Of the stored letter that it was replayed from. */
  readonly dead_letter_id: string;
  readonly row: DeadLetterRow;
}

/**
 * Opens the letters again, with why they failed now; one that was discarded meanwhile stays so. An id under which no
 * letter of this event is stored is not taken: whoever can send to a queue can write any id beside a message.
 * @returns ids of the stored letters that were found
 */
export async function reopenDeadLetters(tx: TransactionSql, letters: readonly FailedAgain[]): Promise<Set<string>> {
  const rows = letters.map(({ dead_letter_id, row }) => {
    const { reason, pointer, keyword, event_type, event_source, event_id, masked_view } = row;
    return { dead_letter_id, reason, pointer, keyword, event_type, event_source, event_id, masked_view };
  });
  const found = await tx<{ id: string }[]>`
    with failed as (
      select distinct on (dead_letter_id) *
      from json_to_recordset(${jsonRows(rows)}::text::json) as failed (
        dead_letter_id bigint, reason text, pointer text, keyword text, event_type text, event_source text, event_id text,
        masked_view jsonb
      )
    ), held as (
      select letter.id
      from dead_letter_queue as letter
      join failed on failed.dead_letter_id = letter.id
      -- a refused event may have hidden its identity, then or now
      where coalesce(letter.event_source = failed.event_source, true) and coalesce(letter.event_id = failed.event_id, true)
      order by letter.id
      for update of letter
    )
    update dead_letter_queue as letter
    set
      status = case letter.status when 'discarded' then letter.status else 'open' end,
      reason = failed.reason, pointer = failed.pointer, keyword = failed.keyword, event_type = failed.event_type,
      event_source = coalesce(failed.event_source, letter.event_source),
      event_id = coalesce(failed.event_id, letter.event_id),
      masked_view = failed.masked_view, captured_at = now()
    from failed
    join held on held.id = failed.dead_letter_id
    where letter.id = held.id
    returning letter.id::text`;
  return new Set(found.map(({ id }) => id));
}
