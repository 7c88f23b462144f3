import { reduceError } from '#core/errors.ts';
import { readParameters } from '#core/query-parameters.ts';
import { readHealth } from '#db/query/read-health.ts';
import { discardDatabase } from '#runtime/database.ts';
import { withDeadline } from '#runtime/deadline.ts';
import { logger } from '#runtime/observability.ts';
import type { Route } from '../route.ts';

/** Short, since whoever asks wants to know now: a cluster that is paused is not available yet. */
const DEADLINE_MS = 3000;

export const answer: Route = async ({ query, database }) => {
  readParameters(query, []);

  try {
    const { migrations, newestEventAt } = await withDeadline(DEADLINE_MS, () => readHealth(database()));
    const body = { status: 'ok', database: 'ok', migrations, newestEventAt: newestEventAt?.toISOString() ?? null };
    return { status: 200, body };
  } catch (error) {
    logger.error('database unavailable', { failure: reduceError(error) });
    await discardDatabase();
    const body = { status: 'unavailable', database: 'unavailable', migrations: null, newestEventAt: null };
    return { status: 503, body };
  }
};
