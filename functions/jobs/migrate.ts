import { applyMigrations } from '#db/apply-migrations.ts';
import { database } from '#runtime/database.ts';
import { wrapped } from '#runtime/job-handler.ts';

/** Invoked by the deployment before the functions that need the tables. */
export const handler = wrapped(async () => {
  const applied = await applyMigrations(database(), new URL('migrations/', import.meta.url));
  return { applied };
});
