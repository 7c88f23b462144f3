import type { JSONValue, Sql } from 'postgres';
import type { Erasure } from './erasure.ts';

/** How far the erasure has come. Complete, it forgets what stands for whom. */
export async function saveErasure(sql: Sql, { digest, touched, pending }: Erasure): Promise<void> {
  await sql`
    update erasures set
      touched = ${sql.json(touched)},
      pending = ${pending && sql.json(pending as unknown as JSONValue)},
      completed_at = case when ${pending === null}::boolean then now() end
    where digest = ${digest}`;
}
