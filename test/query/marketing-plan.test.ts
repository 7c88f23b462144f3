import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answer } from '../../functions/query/routes/marketing.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

const ORDERS = 5000;
const SESSIONS = 40_000;
let db: TestDatabase;
let reader: Sql;

/** Facts as ingestion folds them, without their events: a busy month of one channel. */
beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  const admin = db.connect('postgres');
  await admin.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`
      insert into orders (order_id, earliest, latest)
      select
        'o-' || n,
        jsonb_build_object('created', jsonb_build_array('2026-06-20T00:00:00.000000Z')),
        jsonb_build_object(
          'channel', jsonb_build_array('', 'web'), 'currency', jsonb_build_array('', 'EUR'),
          'anonymous_id', jsonb_build_array('', 'a-' || n), 'total_amount', jsonb_build_array('', '1')
        )
      from generate_series(1, ${ORDERS}::int) as n`;
    await tx`
      insert into sessions (session_id, earliest, latest)
      select
        's-' || n,
        jsonb_build_object('event', jsonb_build_array('2026-06-10T00:00:00.000000Z')),
        jsonb_build_object('anonymous_id', jsonb_build_array('', 'a-' || n))
      from generate_series(1, ${SESSIONS}::int) as n`;
  });
  await admin`analyze`;
  reader = db.connect('analytics_query', { max: 1 });
});
afterAll(() => db.drop());

test('answers for one channel, of which the planner expects few orders, without reading the sessions again for each', async () => {
  const query = new URLSearchParams('from=2026-06-01&to=2026-07-01&channel=web&model=first');
  const now = new Date('2026-06-30T12:00:00Z');
  const { body } = await answer({ query, database: () => reader, timeZone: 'UTC', currency: 'EUR', now });
  expect((body as { data: object }).data).toMatchObject({
    campaigns: [{ source: '(direct)', medium: '(none)', campaign: 'unknown', attributedRevenue: `${ORDERS}.00` }],
    unattributed: { conversions: 0 },
  });
});
