import { randomBytes } from 'node:crypto';
import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Reason } from '#contract/dead-letters.ts';
import { MAX_RECEIVE_COUNT, UNMATCHED } from '#contract/event-types.ts';
import { resourceVariables } from '#contract/variables.ts';
import { decryptOriginal } from '#core/encrypt-original.ts';
import { captureBatch } from '../../functions/dlq/capture-batch.ts';
import { ingestBatch } from '../../functions/ingest/ingest-batch.ts';
import { type Queues, startQueues } from '../../local/queues/start-queues.ts';
import type { Random } from '../../local/sample/random.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { makeEvent, makeRecord } from '../setup/events.ts';
import { makeIngestion, testKeys } from '../setup/ingestion.ts';
import { reportFigure, runTrials } from './run-trials.ts';

const MIB = 1_048_576;
const limits = { now: new Date(), rawRetentionDays: 90, maxFutureHours: 24 };
let database: TestDatabase;
let queues: Queues;
let sqs: SQSClient;
/** No server listens at its port. One for each use, as the driver waits longer with every failure. */
const away = () => postgres('postgres://analytics_dlq@127.0.0.1:1/none', { max: 1, onnotice: () => {} });
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
  queues = await startQueues();
  sqs = new SQSClient({
    ...{ region: 'us-east-1', endpoint: queues.url, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
  });
  Object.assign(process.env, {
    ...{
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: queues.url,
    },
    ...{ POWERTOOLS_LOG_LEVEL: 'SILENT' },
  });
});
afterAll(async () => {
  sqs.destroy();
  await Promise.all([queues.stop(), database.drop()]);
});

interface SentBody {
  readonly body: string;
  /** Undefined: it is stored. */
  readonly reason?: Reason;
}

const view = (n: number) =>
  makeEvent('analytics.page_view', { session_id: `s${n}`, page_url: 'https://shop.example/' });

function planBodies(random: Random): SentBody[] {
  const replacement = '\ufffd'; // what SQS hands out for bytes that were not UTF-8
  const makers: ((n: number) => SentBody)[] = [
    (n) => ({ body: JSON.stringify(view(n)) }),
    () => ({ body: replacement.repeat(random.integer(1, 50)), reason: 'bad_encoding' }),
    (n) => ({ body: JSON.stringify(view(n)).replace('/test/shop', `/caf${replacement}`), reason: 'bad_encoding' }),
    (n) => ({ body: JSON.stringify({ ...view(n), data: { session_id: '\0' } }), reason: 'bad_encoding' }),
    () => ({ body: `\t${random.unit()}{`, reason: 'malformed' }),
    (n) => ({ body: JSON.stringify({ ...view(n), type: 'no.such' }), reason: 'unknown_type' }),
    () => ({ body: 'x'.repeat(MIB), reason: 'too_large' }),
    () => ({ body: '€'.repeat(Math.floor(MIB / 3)), reason: 'too_large' }),
    (n) => ({ body: JSON.stringify({ ...view(n), pad: '"'.repeat(400_000) }), reason: 'too_large' }),
  ];
  return Array.from({ length: 16 }, (_, n) => random.pick(makers)(n));
}

async function createQueue(name: string, deadLetterQueueUrl?: string): Promise<string> {
  const attributes = await (deadLetterQueueUrl === undefined
    ? undefined
    : sqs.send(new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['QueueArn'] })));
  const deadLetterTargetArn = attributes?.Attributes?.QueueArn;
  const policy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: MAX_RECEIVE_COUNT });
  const Attributes = deadLetterTargetArn === undefined ? {} : { RedrivePolicy: policy };
  await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  return `${queues.url}/000000000000/${name}`;
}

/** What an event source mapping does: messages that `handle` does not fail are deleted, the others are seen again. */
async function consume(url: string, handle: (records: readonly SQSRecord[]) => Promise<readonly string[]>) {
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        ...{ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 },
        ...{ MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] },
      }),
    );
    if (Messages.length === 0) return;
    const failed = await handle(Messages.map(toRecord));
    const entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    const isFailed = ({ Id }: { readonly Id: string }) => failed.includes(Messages[Number(Id)]!.MessageId!);
    const done = entries.filter((entry) => !isFailed(entry));
    const again = entries.filter(isFailed).map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
    if (done.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: done }));
    if (again.length > 0) await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries: again }));
  }
}

function toRecord({ MessageId, Body, Attributes, MessageAttributes = {} }: Message): SQSRecord {
  const messageAttributes = Object.fromEntries(
    Object.entries(MessageAttributes).map(([name, { StringValue, DataType }]) => [
      name,
      { stringValue: StringValue, dataType: DataType },
    ]),
  ) as SQSRecord['messageAttributes'];
  const record = makeRecord(Body!, { messageId: MessageId!, messageAttributes });
  return { ...record, attributes: { ...record.attributes, ...Attributes } as SQSRecord['attributes'] };
}

it('leaves no message unaccounted, with the database down, bodies that are not UTF-8 and bodies of 1 MiB', async () => {
  const { sendDeadLetters } = await import('#runtime/send-dead-letters.ts');
  const dataKey = { plain: randomBytes(32), sealed: randomBytes(8) };
  const total = { messages: 0, unaccounted: 0, whileDown: 0 };
  const trials = await runTrials('dead-letters', { quick: 2, full: 20 }, async (random, trial) => {
    const deadLetterUrl = await createQueue(`dead-${trial}`);
    const url = await createQueue(`main-${trial}`, deadLetterUrl);
    process.env[resourceVariables.deadLetterQueueUrls] = JSON.stringify({ [UNMATCHED]: deadLetterUrl });
    const admin = database.connect('postgres', { max: 1 });
    await admin`truncate processed_events, dead_letter_queue`;

    const bodies = planBodies(random);
    for (const { body } of bodies) await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
    const { dependencies } = makeIngestion(database.connect('analytics_ingest', { max: 1 }), {
      deadLetter: sendDeadLetters,
    });
    await consume(url, async (records) => (await ingestBatch(records, dependencies)).failedIds);

    const here = database.connect('analytics_dlq', { max: 1 });
    await consume(deadLetterUrl, async (records) => {
      const isDown = random.chance(0.5);
      const dependenciesNow = {
        sql: isDown ? away() : here,
        keys: testKeys,
        limits,
        generateDataKey: async () => dataKey,
      };
      try {
        await captureBatch(records, dependenciesNow);
        return [];
      } catch (error) {
        if (!isDown) throw error;
        total.whileDown += records.length;
        return records.map(({ messageId }) => messageId);
      }
    });

    const letters = await admin<{ reason: string; original: Buffer }[]>`select reason, original from dead_letter_queue`;
    const captured = letters.map(({ reason, original }) => `${reason} ${decryptOriginal(original, dataKey.plain)}`);
    const expected = bodies.flatMap(({ body, reason }) => (reason === undefined ? [] : `${reason} ${body}`));
    expect(captured.sort()).toEqual(expected.sort());
    const [{ stored }] = await admin<[{ stored: number }]>`select count(*)::int as stored from processed_events`;
    expect(stored + captured.length).toBe(bodies.length);
    total.messages += bodies.length;
  });
  reportFigure({
    what: `dead letters: database down (${total.whileDown} captures failed), not UTF-8, 1 MiB (${total.messages} messages)`,
    trials,
    figure: `unaccounted ${total.unaccounted}`,
    target: 'unaccounted 0',
  });
}, 400_000);
