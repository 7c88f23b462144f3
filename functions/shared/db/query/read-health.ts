import type { Sql } from 'postgres';

export interface DatabaseHealth {
  /** Name of the newest migration applied. */
  readonly migrations: string | null;
  readonly newestEventAt: Date | null;
}

export async function readHealth(sql: Sql): Promise<DatabaseHealth> {
  const [health] = await sql<[DatabaseHealth]>`
    select
      (select max(name) from schema_migrations) as migrations,
      (
        select max(occurred_at) from analytics_events
        where occurred_at >= coalesce((select max(hour) from active_users), '-infinity')
      ) as "newestEventAt"`;
  return health;
}
