import type { Sql } from 'postgres';

export interface NewReplay {
  /** At EventBridge. */
  readonly name: string;
  readonly from: Date;
  readonly to: Date;
  readonly types: readonly string[];
  readonly knownBefore: number;
}

/** @returns its id */
export async function insertReplay(sql: Sql, { name, from, to, types, knownBefore }: NewReplay): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into replays (name, from_at, to_at, types, known_before)
    values (${name}, ${from}, ${to}, ${[...types]}::text[], ${knownBefore})
    returning id::text`;
  return row!.id;
}
