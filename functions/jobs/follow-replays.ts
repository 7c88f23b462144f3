import { database } from '#runtime/database.ts';
import { followReplays } from '#runtime/follow-replays.ts';
import { jobHandler } from '#runtime/job-handler.ts';

/** A replay that nobody asks about must end in the table too: retention drops nothing that a running one covers. */
export const handler = jobHandler('follow-replays', async () => {
  const { running, ended, unreachable } = await followReplays(database());
  return { running, ended, unreachable };
});
