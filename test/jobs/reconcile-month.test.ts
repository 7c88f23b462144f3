import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { typeOfAggregate } from '#core/type-of-aggregate.ts';
import { reconcileReports } from '#db/reconcile/reconcile-reports.ts';
import { reconcileSequences } from '#db/reconcile/reconcile-sequences.ts';
import { trackSequences } from '#db/track-sequences.ts';
import { reconcileRates } from '../../functions/jobs/reconcile-rates.ts';
import { makeRandom } from '../../local/sample/random.ts';
import { busiestRates, type SimulatedDay, type SimulatedType, simulateShop } from '../core/reconcile/simulate-shop.ts';
import { seed } from '../faults/run-trials.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent } from '../setup/events.ts';
import { makeIngestion } from '../setup/ingestion.ts';
import { type SequencedEvent, sequenceEvents } from './sequence-events.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HISTORY = 56;
const DAYS = 30;
const SOURCE = '/shop';
const LOST_SHARE = 0.001;
/** Of the normal rate: from there on an hour of silence has to be found. */
const IMPROBABLE = 30;
const types = Object.keys(busiestRates) as SimulatedType[];
const reported: readonly SimulatedType[] = [
  ...(['orders.order.status_changed', 'shipping.shipment.status_changed', 'inventory.stock.changed'] as const),
  ...(['payments.payment.confirmed', 'analytics.checkout_started'] as const),
];

let database: TestDatabase;
let owner: Sql;
let jobs: Sql;

beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  owner = database.connect();
  jobs = database.connect('analytics_jobs');
});
afterAll(() => database.drop());

const first = Math.floor(Date.now() / DAY) - DAYS;
const at = (day: number, hour = 0) => new Date(day * DAY + hour * HOUR);
const dateOf = (day: number) => at(day).toISOString().slice(0, 10);

it('finds every planted loss of 30 days, and nothing else', async () => {
  const random = makeRandom(`${seed} losses`);
  const shop = simulateShop(`${seed} shop`, first - HISTORY, HISTORY + DAYS, [first - 31, first + 14]);
  await owner`select ensure_event_partitions(array(select generate_series(${at(first)}::timestamptz, now(), interval '1 day')))`;
  await countHistory(shop.slice(0, HISTORY));
  const { ingest } = makeIngestion(database.connect('analytics_ingest'));

  const lost: SequencedEvent[] = [];
  const late: SequencedEvent[] = [];
  const silent: { readonly type: SimulatedType; readonly from: Date }[] = [];
  const short: { readonly type: SimulatedType; readonly day: number; readonly missing: number }[] = [];
  const sequenced = sequenceEvents(shop.slice(HISTORY));
  const highest = new Map(sequenced.map(({ id, sequence }) => [id, sequence]));
  const figures = { sequencedEvents: sequenced.length };

  for (let day = first; day < first + DAYS; day++) {
    const today = shop[HISTORY + day - first]!;
    const ofDay = sequenced.filter((event) => event.day === day);
    const missing = ofDay.filter(() => random.chance(LOST_SHARE));
    // What was on its way as the run of the night looked, and came an hour after it
    const delayed = ofDay.filter((event) => event.hour === 23 && !missing.includes(event)).slice(0, 3);
    lost.push(...missing);

    const counts = new Map(types.map((type) => [type, [...today.counts[type]]]));
    for (const { type, hour } of missing) counts.get(type)![hour]!--;
    if (day % 2 === 0) {
      const type = 'analytics.checkout_started';
      const hour = 18;
      short.push({ type, day, missing: 2 });
      counts.get(type)![hour] = Math.max(0, counts.get(type)![hour]! - 2);
    }
    const loud = loudHours(shop, HISTORY + day - first).filter(({ type }) => !reported.includes(type));
    if (day % 3 === 0) {
      const { type, hour } = random.pick(loud);
      counts.get(type)![hour] = 0;
      silent.push({ type, from: at(day, hour) });
    }

    await store(day, counts);
    await track(late, at(day, 4)); // yesterday's
    await track(
      ofDay.filter((event) => !missing.includes(event) && !delayed.includes(event)),
      at(day, 23),
    );
    await owner`update event_sequence_tracking set updated_at = ${at(day + 1, 2)} where aggregate_id = any(${delayed.map(({ id }) => id)})`;
    late.splice(0, late.length, ...delayed);
    await ingest(reported.map((type) => reportOf(type, day, today)));
    await owner`update reported_counts set first_received_at = ${at(day + 1, 1)} where period_from = ${at(day)}`;
    await runAt(day);
  }
  await track(late, at(first + DAYS, 4));
  await runAt(first + DAYS - 1, 26);

  const found = await owner`
    select kind, event_type as type, aggregate_id as id, period_from as from, missing::int, versions::text,
      period_to - period_from as length
    from reconciliations where status = 'open'`;
  const ofKind = (kind: string) => found.filter((finding) => finding.kind === kind);
  const below = lost.filter(({ id, sequence }) => sequence < highestStored(highest.get(id)!, id, lost));
  const isFoundBelow = ({ id, sequence }: SequencedEvent) =>
    ofKind('sequence').some((finding) => finding.id === id && covers(finding.versions, sequence));
  const versionsFound = ofKind('sequence').reduce((sum, { missing }) => sum + missing, 0);
  const countsExpected = new Map<string, number>();
  for (const { type, day, missing = 1 } of [...lost, ...short] as { type: string; day: number; missing?: number }[]) {
    const key = `${type} ${at(day).toISOString()}`;
    countsExpected.set(key, (countsExpected.get(key) ?? 0) + missing);
  }
  const countsFound = new Map(
    ofKind('count').map(({ type, from, missing }) => [`${type} ${from.toISOString()}`, missing]),
  );
  const isSilence = (finding: { type: string; from: Date }) =>
    silent.some(({ type, from }) => type === finding.type && from.getTime() === finding.from.getTime());
  const rates = ofKind('rate');

  const told = {
    seed,
    ...figures,
    lost: lost.length,
    lostBelowHighest: below.length,
    foundBySequence: below.filter(isFoundBelow).length,
    falseBySequence: versionsFound - below.length,
    daysWithLossReported: countsExpected.size,
    foundByCount: [...countsExpected].filter(([key, missing]) => countsFound.get(key) === missing).length,
    falseByCount: countsFound.size - countsExpected.size,
    silentHours: silent.length,
    foundByRate: rates.filter((finding) => isSilence(finding as never)).length,
    falseByRate: rates.filter((finding) => !isSilence(finding as never)).length,
  };
  console.log('reconciliation of 30 simulated days:', JSON.stringify(told));
  expect(told.lost).toBeGreaterThan(10);
  expect(told).toMatchObject({
    ...{ foundBySequence: below.length, falseBySequence: 0 },
    ...{ foundByCount: countsExpected.size, falseByCount: 0 },
    ...{ foundByRate: silent.length, falseByRate: 0 },
  });
}, 300_000);

/** Hours of which the weeks before make silence improbable. */
function loudHours(shop: readonly SimulatedDay[], index: number) {
  return types.flatMap((type) =>
    Array.from({ length: 24 }, (_, hour) => {
      const before = [1, 2, 3, 4, 5, 6, 7, 8].map((week) => shop[index - 7 * week]!.rates[type][hour]!);
      return { type, hour, normal: before.toSorted((a, b) => a - b)[3]! };
    }).filter(({ normal }) => normal >= IMPROBABLE),
  );
}

/** The highest version of an aggregate that was not lost. */
function highestStored(highest: number, id: string, lost: readonly SequencedEvent[]): number {
  const missing = new Set(lost.filter((event) => event.id === id).map(({ sequence }) => sequence));
  let version = highest;
  while (missing.has(version)) version--;
  return version;
}

const covers = (ranges: string, version: number) =>
  [...ranges.matchAll(/\[(\d+),(\d+)\)/g)].some(([, from, to]) => Number(from) <= version && version < Number(to));

/** As runs of the job would have counted the weeks before. */
async function countHistory(days: readonly SimulatedDay[]): Promise<void> {
  const rows = days.flatMap(({ day, counts }) =>
    types.flatMap((type) => counts[type].map((events, hour) => ({ hour: at(day, hour), event_type: type, events }))),
  );
  await owner`
    insert into event_counts
    select hour, event_type, events
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as counted (hour timestamptz, event_type text, events bigint)`;
}

async function store(day: number, counts: ReadonlyMap<SimulatedType, readonly number[]>): Promise<void> {
  const rows = [...counts].flatMap(([type, hours]) =>
    hours.map((events, hour) => ({ type, hour: at(day, hour), events })),
  );
  await owner`
    insert into analytics_events (event_source, event_id, event_type, schema_version, occurred_at, data)
    select ${SOURCE}, type || hour || n, type, 'v1', hour + (n - 0.5) / events * interval '1 hour', '{}'
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as counted (type text, hour timestamptz, events int)
    cross join lateral generate_series(1, events) as n`;
}

async function track(events: readonly SequencedEvent[], when: Date): Promise<void> {
  if (events.length === 0) return;
  await owner.begin((tx) => trackSequences(tx, events));
  await owner`update event_sequence_tracking set updated_at = ${when} where aggregate_id = any(${events.map(({ id }) => id)})`;
}

const reportOf = (type: SimulatedType, day: number, { counts }: SimulatedDay) =>
  makeEvent(
    'analytics.reconciliation.reported',
    {
      ...{ counted_type: type, period_from: at(day).toISOString(), period_to: at(day + 1).toISOString() },
      count: counts[type].reduce((sum, count) => sum + count, 0),
    },
    { source: SOURCE, time: at(day, 23.9).toISOString() },
  );

/** As the schedule runs it, at half past two the day after. */
async function runAt(day: number, hours = 0): Promise<void> {
  const now = at(day + 1, 2.5 + hours);
  const patience = { now, graceSeconds: 2 * 3600 };
  await reconcileSequences(jobs, { ...patience, typeOf: typeOfAggregate });
  const range = { from: at(day).toISOString(), to: at(day + 1).toISOString() };
  await reconcileReports(jobs, { ...patience, ...range, given: [] });
  const span = { from: dateOf(day), to: dateOf(day) };
  await reconcileRates(jobs, { ...patience, ...span, zone: 'UTC', types, hasTime: () => true });
}
