import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { routes } from '#contract/routes.ts';
import type { RouteModule } from '../../functions/query/route.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { document } from '../setup/documented-answers.ts';

const role = `made_from_${randomUUID().replaceAll('-', '')}`;
let db: TestDatabase;
let owner: Sql;
beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  owner = db.connect('postgres', { max: 1 });
  await owner.unsafe(`create role ${role}`);
});
afterAll(async () => {
  await owner.unsafe(`drop owned by ${role}; drop role ${role}`);
  await db.drop();
});

const modules = await Promise.all(
  routes.map(
    async ({ name }) => [name, (await import(`../../functions/query/routes/${name}.ts`)) as RouteModule] as const,
  ),
);
const made = modules.flatMap(([name, { answer, madeFrom }]) => (madeFrom ? [[name, answer, madeFrom] as const] : []));

/** With figures read from days, hours and movements, of a channel, compared and in another currency. */
const queries = [
  'from=2026-06-01&to=2026-06-03&compare=previous_period',
  'from=2026-06-01T01:00:00Z&to=2026-06-03&channel=web&timezone=Europe/Berlin',
  'from=2026-06-01T00:10:00Z&to=2026-06-03T00:20:00Z&currency=USD&timezone=Asia/Kolkata',
];

/** Once for each value of a parameter that the route needs, else once. */
function neededBy(name: string): string[] {
  const path = routes.find((row) => row.name === name)?.path ?? '';
  const listed = (document.paths[path]?.get?.parameters ?? []) as readonly Parameter[];
  const needed = listed.find(({ required }) => required);
  return needed ? (needed.schema?.enum ?? []).map((value) => `&${needed.name}=${value}`) : [''];
}

interface Parameter {
  readonly name: string;
  readonly required?: boolean;
  readonly schema?: { readonly enum?: readonly string[] };
}

test.each(made)('%s is made from the tables that it names, and no other', async (name, answer, madeFrom) => {
  await owner.unsafe(`
    drop owned by ${role};
    grant select on ${madeFrom.join(', ')} to ${role};
    -- of what meta tells of the newest event, no tag depends
    grant select (occurred_at) on analytics_events to ${role};
    grant select (hour) on active_users to ${role};
    grant usage on schema public to ${role}`);
  await owner.unsafe(`set role ${role}`);
  try {
    for (const query of queries.flatMap((each) => neededBy(name).map((needed) => each + needed))) {
      const request = {
        query: new URLSearchParams(query),
        database: () => owner,
        now: new Date('2026-06-30T12:00:00Z'),
      };
      expect((await answer({ ...request, timeZone: 'UTC', currency: 'EUR' })).status).toBe(200);
    }
  } finally {
    await owner`reset role`;
  }
  // A view is read in its owner's name: what it stands for must be named too
  const behind = await owner<{ name: string }[]>`
    select distinct pg_class.relname as name
    from pg_depend join pg_rewrite on pg_rewrite.oid = objid join pg_class on pg_class.oid = refobjid
    where ev_class = any(${[...madeFrom]}::text[]::regclass[]) and refobjid <> ev_class and relkind in ('r', 'p', 'v', 'm')`;
  expect(madeFrom).toEqual(expect.arrayContaining(behind.map(({ name }) => name)));
});

test('revenue and the overview are among them', () => {
  expect(made.map(([name]) => name)).toEqual(expect.arrayContaining(['revenue', 'dashboard-overview']));
});
