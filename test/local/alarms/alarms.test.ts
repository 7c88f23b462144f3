import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { PurgeQueueCommand, SendMessageBatchCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { databaseRoles } from '#contract/database-roles.ts';
import { eventTypes, queueName, UNMATCHED } from '#contract/event-types.ts';
import { consumers, functionName } from '#contract/functions.ts';
import { type JobRow, jobs } from '#contract/jobs.ts';
import { type LocalAlarm, readAlarms } from '../../../local/alarms/read-alarms.ts';
import { watchAlarms } from '../../../local/alarms/watch-alarms.ts';
import { deployTemplate } from '../../../local/template/deploy-template.ts';
import { readAssembly } from '../../../local/template/read-assembly.ts';
import { localClient, startTestSystem, type TestSystem } from '../../setup/system.ts';

/** What brings an alarm about, and what ends it. After each the time passes that it takes to be noticed. */
interface Cause {
  readonly begin: (subjects: readonly string[]) => Promise<unknown>;
  readonly passes: number;
  readonly repair: (subjects: readonly string[]) => Promise<unknown>;
}

/** A metric that only AWS has, or that nothing here brings to its threshold: values with and without trouble. */
type Values = (threshold: number) => { readonly bad: number; readonly good: number };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const rows: readonly JobRow[] = jobs;
const scheduled = rows.filter(({ schedules }) => schedules.length > 0);
const subjects = [...eventTypes.map(({ type }) => type as string), UNMATCHED];

let live: TestSystem;
let offset = 0;
const later = () => new Date(Date.now() + offset);

beforeAll(async () => {
  live = await startTestSystem({}, { clock: later, retryDelaysMs: [0, 0] });
});
afterAll(() => live.stop());

/** Time passes, a look at the metrics each minute. */
async function pass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    offset += MINUTE;
    await live.system.alarms();
  }
}

/** Time passes without a look: fit for what reports by itself, or should. */
async function leap(ms: number): Promise<void> {
  offset += ms;
  await live.system.alarms();
}

const urlOf = (queue: string) => `${live.outputs.endpoints.sqs}/000000000000/${queue}`;
const undelivered = (type: string) => `${queueName(type)}-undelivered`;

async function fill(queueUrl: string, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 10) {
    const Entries = Array.from({ length: Math.min(10, left) }, (_, index) => ({ Id: `${index}`, MessageBody: '{}' }));
    await live.sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}
const purge = (queues: readonly string[]) =>
  Promise.all(queues.map((queue) => live.sqs.send(new PurgeQueueCommand({ QueueUrl: urlOf(queue) }))));
const limit = (queues: readonly string[], bytes: number) =>
  Promise.all(
    queues.map((queue) => {
      const Attributes = { MaximumMessageSize: String(bytes) };
      return live.sqs.send(new SetQueueAttributesCommand({ QueueUrl: urlOf(queue), Attributes }));
    }),
  );

/** Pauses the consumers of a function's queues as an operator would, or lets them on. */
async function enable(consumer: string, Enabled: boolean): Promise<void> {
  const mappings = new URL('/2015-03-31/event-source-mappings', live.outputs.controlUrl);
  const response = await fetch(`${mappings}?FunctionName=${functionName(consumer)}`);
  const { EventSourceMappings } = (await response.json()) as { EventSourceMappings: { UUID: string }[] };
  for (const { UUID } of EventSourceMappings) {
    await fetch(`${mappings}/${UUID}`, { method: 'PUT', body: JSON.stringify({ Enabled }) });
  }
}
const resume = async (consumer: string) => {
  await enable(consumer, true);
  await live.drain();
};

/** One event of each type onto the bus, larger than the queues were made to take. */
const putLarge = async (types: readonly string[]) => {
  const body = JSON.stringify({ filler: 'x'.repeat(4_000) });
  for (const type of types) await live.put([{ source: 'shop', type, body }]);
};

async function setLogin(role: string, may: 'login' | 'nologin'): Promise<void> {
  await live.sql.unsafe(`alter role ${role} ${may}`);
  await live.sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = ${role}`;
}

async function tables(): Promise<{ client: DynamoDBClient; names: readonly string[] }> {
  const client = new DynamoDBClient({ ...localClient, endpoint: live.outputs.endpoints.dynamodb });
  const { TableNames = [] } = await client.send(new ListTablesCommand());
  return { client, names: TableNames };
}
let gone: readonly string[] = [];

async function ask(path: string, token?: string): Promise<number[]> {
  const answers = await Promise.all([1, 2, 3].map(() => live.get(path, token)));
  return answers.map(({ status }) => status);
}

const causes: Readonly<Record<string, Cause>> = {
  'dead-letters-waiting': {
    begin: async (types) => {
      await enable(consumers.capture, false);
      for (const type of types) await fill(live.outputs.queues[type]!.dlqUrl, 101);
    },
    passes: 1,
    repair: () => resume(consumers.capture),
  },
  'dead-letters-too-old': {
    begin: async (types) => {
      await enable(consumers.capture, false);
      for (const type of types) await fill(live.outputs.queues[type]!.dlqUrl, 1);
    },
    passes: 19,
    repair: () => resume(consumers.capture),
  },
  'oldest-message-too-old': {
    begin: async (types) => {
      await enable(consumers.ingest, false);
      for (const type of types) await fill(live.outputs.queues[type]!.url, 1);
    },
    passes: 9,
    repair: () => resume(consumers.ingest),
  },
  'events-undelivered': {
    begin: async (types) => {
      await limit(types.map(queueName), 1_024);
      await putLarge(types);
    },
    passes: 1,
    repair: async (types) => {
      await limit(types.map(queueName), 1_048_576);
      await purge(types.map(undelivered));
    },
  },
  'events-lost': {
    begin: async (types) => {
      await limit([...types.map(queueName), ...types.map(undelivered)], 1_024);
      await putLarge(types);
    },
    passes: 0,
    repair: (types) => limit([...types.map(queueName), ...types.map(undelivered)], 1_048_576),
  },
  'no-events': {
    begin: () => leap(13 * HOUR),
    passes: 0,
    repair: async () => {
      await live.send('orders.order.status_changed', ['{}']);
      await live.drain();
    },
  },
  'job-failed': {
    begin: async (names) => {
      const { client, names: all } = await tables();
      gone = all;
      for (const TableName of all) await client.send(new DeleteTableCommand({ TableName }));
      await vi.waitFor(async () => expect((await tables()).names).toEqual([]));
      for (const name of names) await live.system.invokeAsynchronously(`analytics-job-${name}`, {});
    },
    passes: 1,
    repair: async (names) => {
      const { client } = await tables();
      for (const TableName of gone) {
        const AttributeDefinitions = [{ AttributeName: 'id', AttributeType: 'S' as const }];
        const KeySchema = [{ AttributeName: 'id', KeyType: 'HASH' as const }];
        await client.send(
          new CreateTableCommand({ TableName, AttributeDefinitions, KeySchema, BillingMode: 'PAY_PER_REQUEST' }),
        );
      }
      await purge(names.map((name) => `analytics-job-${name}-failed`));
    },
  },
  'job-not-run': {
    begin: () => leap(156 * HOUR),
    passes: 0,
    repair: async (names) => {
      for (const name of names) await live.runJob(`analytics-job-${name}`);
    },
  },
  'valve-closed-too-long': {
    begin: () => leap(5 * MINUTE),
    passes: 0,
    repair: () => live.runJob('valve'),
  },
  'function-errors': {
    // Nothing that AWS sends: each wrapper fails on it before it can answer for the failure.
    begin: async (names) => {
      for (let time = 0; time < 3; time += 1) {
        for (const name of names) await live.system.invoke(functionName(name), null);
        if (time < 2) await pass(5);
      }
    },
    passes: 0,
    repair: () => pass(16),
  },
  'api-failing': {
    begin: async () => {
      await setLogin(databaseRoles.query, 'nologin');
      await setLogin(databaseRoles.admin, 'nologin');
      for (let time = 0; time < 2; time += 1) {
        expect(Math.min(...(await ask('/api/v1/analytics/revenue')))).toBeGreaterThanOrEqual(500);
        expect(Math.min(...(await ask('/admin/v1/jobs', live.outputs.adminToken)))).toBeGreaterThanOrEqual(500);
        if (time === 0) await pass(5);
      }
    },
    passes: 0,
    repair: async () => {
      await setLogin(databaseRoles.query, 'login');
      await setLogin(databaseRoles.admin, 'login');
      await pass(5);
      await vi.waitFor(async () => expect(await ask('/api/v1/analytics/revenue')).toEqual([200, 200, 200]), 5_000);
    },
  },
  'personal-data-found': {
    begin: async () => {
      await live.sql`insert into job_runs (job, status, error) values ('planted', 'failed', 'ada@mail.example')`;
      await live.runJob('audit-pii');
    },
    passes: 0,
    repair: async () => {
      await live.sql`delete from job_runs where job = 'planted'`;
      await live.runJob('audit-pii');
      await pass(6);
    },
  },
};

const overThreshold: Values = (threshold) => ({ bad: threshold + 1, good: threshold });
const series: Readonly<Record<string, Values>> = {
  'function-memory': overThreshold,
  'function-throttled': overThreshold,
  'function-near-timeout': overThreshold,
  'database-connections': overThreshold,
  'database-at-capacity': overThreshold,
  'table-throttled': overThreshold,
  'schedules-failing': overThreshold,
};

/** What a job's runs report. That they report it is the matter of the job's own tests, but for one that is caused here. */
const reported = new Set(
  rows
    .flatMap(({ name: job, alarms = [] }) => alarms.map(({ name }) => `${name}: ${job}`))
    .filter((name) => name !== 'personal-data-found: audit-pii'),
);

/** The templates' alarms, as the running system reads them. */
function templateAlarms(): readonly LocalAlarm[] {
  const places = { sqsUrl: live.outputs.endpoints.sqs, apiUrl: live.outputs.apiUrl, database: undefined };
  return readAlarms(deployTemplate(readAssembly(`${live.dataDir}/cdk.out`), places, () => '{}'));
}

const subjectsOf = (heading: string) =>
  templateAlarms()
    .filter(({ name, heading: of }) => of === heading && !reported.has(name))
    .map(({ name }) => name.slice(heading.length + 2));

it('every alarm of the templates has a cause here, or a series', () => {
  const others = templateAlarms().filter(({ name }) => !reported.has(name));
  const headings = new Set(others.map(({ heading }) => heading));
  expect([...headings].sort()).toEqual([...Object.keys(causes), ...Object.keys(series)].sort());
  expect(templateAlarms().filter(({ name }) => reported.has(name))).toHaveLength(reported.size);
  expect(subjectsOf('dead-letters-waiting').sort()).toEqual([...subjects].sort());
  expect(subjectsOf('job-failed').sort()).toEqual(scheduled.map(({ name }) => name).sort());
});

it('the start says which alarms have no metric on this machine', () => {
  expect(live.lines.join('\n').replaceAll(/\s+/g, ' ')).toContain(
    'alarms that only AWS has the metric of: database-at-capacity, table-throttled, function-throttled, schedules-failing',
  );
});

describe.each(Object.entries(causes))('%s', (heading, { begin, passes, repair }) => {
  const firing = async () =>
    (await live.system.alarms()).filter(
      ({ name, heading: of, state }) => of === heading && state === 'ALARM' && !reported.has(name),
    );

  it('fires for each of its subjects from its cause, and clears when that is mended', async () => {
    const names = subjectsOf(heading);
    await begin(names);
    await pass(passes);
    // What functions report goes through their standard output.
    await vi.waitFor(async () => expect(await firing()).toHaveLength(names.length), 5_000);
    await repair(names);
    await pass(1);
    await vi.waitFor(async () => expect(await firing()).toEqual([]), 5_000);
  });
});

describe.each([...Object.keys(series), 'what jobs report'])('%s', (heading) => {
  it('fires on the values that AWS would report in trouble, and clears after them', () => {
    const alarms = templateAlarms().filter(({ name, heading: of }) =>
      series[heading] ? of === heading && !reported.has(name) : reported.has(name),
    );
    expect(alarms.length).toBeGreaterThan(0);
    for (const alarm of alarms) expect([alarm.name, ...play(alarm)]).toEqual([alarm.name, 'OK', 'ALARM', 'OK']);
  });
});

/** The states after as many periods as the alarm looks at: of nothing, of trouble, of the most that is none. */
function play(alarm: LocalAlarm): string[] {
  const { bad, good } = (series[alarm.heading] ?? overThreshold)(alarm.threshold);
  let now = Date.parse('2026-11-22T00:00:00Z');
  const { record, states } = watchAlarms([alarm], new Date(now));
  return [0, bad, good / alarm.metrics.length].map((value) => {
    for (let period = 0; period < alarm.evaluationPeriods; period += 1) {
      for (const { namespace, name, dimensions } of alarm.metrics) {
        record({ namespace, name, dimensions }, value, new Date(now));
      }
      now += alarm.periodMs;
    }
    return states(new Date(now - MINUTE))[0]!.state;
  });
}
