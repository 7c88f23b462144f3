import { database } from '#runtime/database.ts';
import { jobHandler } from '#runtime/job-handler.ts';
import { replayMatching } from '#runtime/replay-dead-letters.ts';

/** A fault that outlives three returns, each with its four deliveries, is none that passes: it waits for a person. */
const MOST_REPLAYS = 2;
/** After a long outage they come back no faster than live traffic is stored: 2 a second. */
const LETTERS_PER_RUN = 600;
/** What is left is for the page under way. */
const RESERVE_MILLISECONDS = 30_000;

/**
 * Replays valid events that could not be stored. That it can read them says that the database is back; one that fails
 * again is open again, and has one return less.
 */
export const handler = jobHandler('return-dead-letters', async (_payload, { remainingMilliseconds }) => {
  const filter = { type: null, reason: 'processing_failed', status: 'open', from: null, to: null } as const;
  const { matched, replayed, failed, remaining } = await replayMatching(
    database(),
    { filter, after: '0', mostReplays: MOST_REPLAYS },
    { most: LETTERS_PER_RUN, hasTime: () => remainingMilliseconds() > RESERVE_MILLISECONDS },
  );
  return { matched, replayed, failed, remaining };
});
