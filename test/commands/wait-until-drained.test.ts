import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { PurgeQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import type { Sql } from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerControl } from '../../local/answer-control.ts';
import { connectQueues } from '../../local/commands/read-depths.ts';
import { waitUntilDrained } from '../../local/commands/wait-until-drained.ts';
import type { Outputs } from '../../local/describe-outputs.ts';
import { type ControlRequest, serveAwsCalls } from '../../local/services/serve-aws-calls.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeDataDir, runCli } from './run-cli.ts';

let database: TestDatabase;
let sql: Sql;
let queues: Awaited<ReturnType<typeof startFauxqs>>;
let control: Server;
let outputs: Pick<Outputs, 'queues' | 'endpoints' | 'databaseUrl' | 'controlUrl'>;
/** Jobs that were invoked; `aggregate` cleans every window, unless it is told to fail. */
const invoked: string[] = [];
let aggregateFails = false;
let answer: ControlRequest;
/** One event failed, and came again. */
const counted: Readonly<Record<string, number>> = {
  EventsReceived: 16,
  EventsStored: 12,
  EventsDuplicate: 2,
  EventsRejected: 1,
  EventsFailed: 1,
};
let metrics = counted;

beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  sql = database.connect();
  queues = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
  for (const name of ['views', 'dlq-views']) queues.createQueue(name);
  control = serveAwsCalls({}, (...call) => answer(...call));
  await once(control.listen(0, '127.0.0.1'), 'listening');
  const sqs = `http://127.0.0.1:${queues.port}`;
  outputs = {
    endpoints: { sqs, s3: sqs, events: sqs, dynamodb: sqs },
    queues: { 'analytics.page_view': { url: `${sqs}/000000000000/views`, dlqUrl: `${sqs}/000000000000/dlq-views` } },
    databaseUrl: database.url(),
    controlUrl: `http://127.0.0.1:${(control.address() as AddressInfo).port}`,
  };
});

beforeEach(() => {
  answer = answerControl({
    invoke: async (name) => {
      invoked.push(name);
      if (aggregateFails) return { error: { errorType: 'Error', errorMessage: 'out of order' } };
      await sql`delete from dirty_windows`;
      return { payload: '{"hours":1}' };
    },
    queues: () => [],
    functions: () => [],
    alarms: async () => [],
    metrics: () => metrics,
  });
});

afterEach(async () => {
  const client = connectQueues(outputs);
  for (const url of Object.values(outputs.queues['analytics.page_view']!)) {
    await client.send(new PurgeQueueCommand({ QueueUrl: url }));
  }
  await sql`truncate dirty_windows, dead_letter_queue, job_runs`;
  invoked.length = 0;
  aggregateFails = false;
  metrics = counted;
});

afterAll(async () => {
  control.close();
  await queues.stop();
  await database.drop();
});

const send = (to: 'url' | 'dlqUrl', more: { readonly DelaySeconds?: number } = {}) =>
  connectQueues(outputs).send(
    new SendMessageCommand({ QueueUrl: outputs.queues['analytics.page_view']![to], MessageBody: '{}', ...more }),
  );
const markDirty = () => sql`insert into dirty_windows (hour) values ('2026-11-01T10:00:00Z')`;
const letter = (key: string, type: string | null) => sql`
  insert into dead_letter_queue
    (deduplication_key, event_type, reason, pointer, keyword, queue, received_at, masked_view, original, data_key)
  values (${key}, ${type}, 'schema_violation', '/data', 'type', 'views', now(), '{}', '', '')`;

describe('waitUntilDrained', () => {
  it('answers at once when nothing is left, with what was counted', async () => {
    await letter('a', 'analytics.page_view');
    await letter('b', null);

    const drained = await waitUntilDrained(outputs, { timeoutSeconds: 5 });

    expect(drained.sinceLastDrain).toBeUndefined();
    expect(drained.sinceStart).toMatchObject({ received: 15, stored: 12, duplicates: 2 });
    expect(drained.sinceStart.deadLetters).toEqual([
      { type: 'analytics.page_view', reason: 'schema_violation', count: 1 },
      { type: 'unknown', reason: 'schema_violation', count: 1 },
    ]);
    expect(invoked).toEqual([]);
  });

  it('aggregates what is dirty instead of waiting for its minute', async () => {
    await markDirty();
    await waitUntilDrained(outputs, { timeoutSeconds: 5 });
    expect(invoked).toEqual(['aggregate']);
  });

  it('says that the aggregation failed, and why', async () => {
    await markDirty();
    aggregateFails = true;
    await expect(waitUntilDrained(outputs, { timeoutSeconds: 5 })).rejects.toThrow(
      'aggregate failed (502): out of order',
    );
  });

  it.each([
    ['a waiting message', () => send('url'), '1 in analytics.page_view'],
    ['a delayed message', () => send('url', { DelaySeconds: 60 }), '1 in analytics.page_view'],
    ['a dead letter', () => send('dlqUrl'), '1 in the dead-letter queue of analytics.page_view'],
    [
      'a message in flight',
      async () => {
        await send('url');
        const { url } = outputs.queues['analytics.page_view']!;
        await connectQueues(outputs).send(new ReceiveMessageCommand({ QueueUrl: url, VisibilityTimeout: 60 }));
      },
      '1 in analytics.page_view',
    ],
  ])('waits for %s, and names it when the time is over', async (_, prepare, left) => {
    await prepare();
    await expect(waitUntilDrained(outputs, { timeoutSeconds: 0.5 })).rejects.toThrow(
      `not drained after 0.5 s: ${left}`,
    );
  });

  it('ends when the last message is gone', async () => {
    await send('url');
    const waiting = waitUntilDrained(outputs, { timeoutSeconds: 10 });
    await sleep(600);
    await connectQueues(outputs).send(new PurgeQueueCommand({ QueueUrl: outputs.queues['analytics.page_view']!.url }));
    expect((await waiting).seconds).toBeGreaterThan(0.6);
  });
});

describe('the commands on a running system', () => {
  const tableOf = (text: string) => {
    const [, headings, , ...rows] = text.trimEnd().split('\n');
    return [headings!, ...rows].map((row) => row.trim().split(/ {2,}/));
  };
  const dataDir = () => makeDataDir(outputs.endpoints.sqs, outputs);

  it('drain says what it saw', async () => {
    await letter('a', 'analytics.page_view');
    const ran = await runCli('drain', ['--data-dir', dataDir(), '--timeout', '5']);
    expect(ran.err).toBe('');
    expect(ran.code).toBe(0);
    expect(tableOf(ran.out)).toEqual([
      ['events', 'since the start'],
      ['received', '15'],
      ['stored', '12'],
      ['duplicates', '2'],
      ['dead letters', '1'],
      ['schema_violation', '1'],
    ]);
  });

  it('drain tells what came since the last drain from what came since the start', async () => {
    await letter('a', 'analytics.page_view');
    const args = ['--data-dir', dataDir(), '--timeout', '5'];
    await runCli('drain', args);
    metrics = { ...counted, EventsReceived: 43_770, EventsDuplicate: 43_756 };
    await letter('b', 'analytics.page_view');

    const ran = await runCli('drain', args);

    expect(tableOf(ran.out)).toEqual([
      ['events', 'since the last drain', 'since the start'],
      ['received', '43,754', '43,769'],
      ['stored', '0', '12'],
      ['duplicates', '43,754', '43,756'],
      ['dead letters', '1', '2'],
      ['schema_violation', '1', '2'],
    ]);
  });

  it('drain fails where something is left', async () => {
    await send('url');
    const ran = await runCli('drain', ['--data-dir', dataDir(), '--timeout', '0.3']);
    expect(ran).toMatchObject({ code: 1, out: '', err: 'drain: not drained after 0.3 s: 1 in analytics.page_view\n' });
  });

  it('job prints the result', async () => {
    const ran = await runCli('job', ['aggregate', '{"day":"yesterday"}', '--data-dir', dataDir()]);
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.out)).toMatchObject({ hours: 1 });
  });

  it('status shows queues, dead letters, the last run of each job, and freshness', async () => {
    queues.createQueue('bus-dead-letters');
    await connectQueues(outputs).send(
      new SendMessageCommand({ QueueUrl: `${outputs.endpoints.sqs}/000000000000/bus-dead-letters`, MessageBody: '{}' }),
    );
    await send('url');
    await letter('a', 'analytics.page_view');
    await markDirty();
    await sql`insert into job_runs (job, started_at, finished_at, status) values
      ('aggregate', now() - interval '2 minutes', now() - interval '1 minute', 'failed'),
      ('aggregate', '2031-01-01T00:00:00Z', '2031-01-01T00:00:02.5Z', 'succeeded')`;

    const ran = await runCli('status', ['--data-dir', dataDir()]);

    expect(ran.err).toBe('');
    expect(ran.code).toBe(0);
    const rows = ran.out.split('\n').map((row) => row.trim().split(/ {2,}/));
    expect(rows).toContainEqual(['analytics.page_view', '1', '0', '0', '0']);
    expect(rows).toContainEqual(['bus-dead-letters', '1', '0', '0', '0']);
    expect(rows).toContainEqual([
      expect.stringMatching('analytics.page_view'),
      'schema_violation',
      'open',
      '1',
      expect.any(String),
    ]);
    expect(rows).toContainEqual(['aggregate', '2031-01-01T00:00:00Z', '2.5', 'succeeded', '1']);
    expect(rows).toContainEqual(['–', '–', '–', '1']);
  });
});
