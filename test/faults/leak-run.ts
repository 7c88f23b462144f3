import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { discardDatabase } from '#runtime/database.ts';
import { handler as capture } from '../../functions/dlq/capture.ts';
import { handler as ingest } from '../../functions/ingest/handler.ts';
import { handler as aggregate } from '../../functions/jobs/aggregate.ts';
import { handler as query } from '../../functions/query/handler.ts';
import { TOKEN } from '../e2e/personal-values.ts';
import type { Text } from '../setup/canary-scan.ts';
import { makeRecord } from '../setup/events.ts';
import { personalBodies, refusedBodies } from './personal-traffic.ts';
import type { SentMessage } from './serve-aws.ts';

type Role = 'ingest' | 'dlq' | 'query' | 'jobs';

export interface LeakRun {
  /** What the fake AWS was sent so far. */
  readonly sent: SentMessage[];
  /** Makes each statement of the functions' fail with the error of this code, whose every text field is personal. */
  readonly breakDatabase: (sqlState: string) => Promise<void>;
  readonly mendDatabase: () => Promise<void>;
  readonly sqlStates: readonly string[];
}

const context = {
  ...{
    awsRequestId: 'request-1',
    functionName: 'leaks',
    memoryLimitInMB: '128',
    getRemainingTimeInMillis: () => 60_000,
  },
} as Context;
const asHandler = <Event, Result>(handler: unknown) => handler as (event: Event, context: Context) => Promise<Result>;

/**
 * Sends personal traffic through the functions as they are deployed, in this process: all that is valid, all that is
 * refused, and some of each while the database fails in every way.
 * @returns what the functions logged and answered
 */
export async function runLeaks({ sent, breakDatabase, mendDatabase, sqlStates }: LeakRun): Promise<Text[]> {
  const texts: Text[] = [];
  const restore = captureConsole((line) => texts.push(['log', line]));
  const call = async (place: string, role: Role, run: () => Promise<unknown>) => {
    if (process.env.DATABASE_USER !== `analytics_${role}`) {
      await discardDatabase();
      process.env.DATABASE_USER = `analytics_${role}`;
    }
    const answer = await run().catch((error: Error) => `${error.name}`);
    texts.push([`answer of ${place}`, typeof answer === 'string' ? answer : JSON.stringify(answer)]);
  };
  const ingestAll = (bodies: readonly string[], receives = '1') =>
    call('ingest', 'ingest', () =>
      asHandler<SQSEvent, SQSBatchResponse>(ingest)(
        { Records: bodies.map((body) => received(body, receives)) },
        context,
      ),
    );
  const captureAll = (messages: readonly SentMessage[]) =>
    call('dlq', 'dlq', () =>
      asHandler<SQSEvent, SQSBatchResponse>(capture)({ Records: messages.map(toRecord) }, context),
    );
  const ask = (routeKey: string, rawQueryString: string) =>
    call('query', 'query', () => {
      const event = { version: '2.0', routeKey, rawPath: '/', rawQueryString, headers: {} };
      return asHandler<object, unknown>(query)(event, context);
    });
  const runJob = (payload: object) =>
    call('job', 'jobs', () => asHandler<object, unknown>(aggregate)(payload, context));

  try {
    await ingestAll([...personalBodies(), ...refusedBodies()]);
    await captureAll(sent);
    await captureAll([redriven(refusedBodies()[4]!), redriven(personalBodies()[0]!)]);
    await runJob({});
    await runJob({ from: TOKEN, to: TOKEN });
    for (const path of ['dashboard/overview', 'revenue', 'data-quality']) {
      for (const search of ['', 'lens', 'granularity', 'from', 'timezone', 'currency', 'channel', 'limit', 'cursor']) {
        await ask(
          `GET /api/v1/analytics/${path}`,
          search && `${search}=${encodeURIComponent(`${TOKEN}@mail.example`)}`,
        );
      }
    }
    for (const sqlState of sqlStates) {
      await breakDatabase(sqlState);
      const body = personalBodies()[0]!.replace('valid-', `broken-${sqlState}-`);
      await ingestAll([body]);
      await captureAll([redriven(body)]);
      await runJob({});
      await ask('GET /api/v1/analytics/revenue', '');
      await mendDatabase();
    }
    return texts;
  } finally {
    restore();
    await discardDatabase();
  }
}

function captureConsole(keep: (line: string) => void): () => void {
  const names = ['error', 'warn', 'info', 'log', 'debug', 'trace'] as const;
  const originals = names.map((name) => [name, console[name]] as const);
  for (const name of names) console[name] = (...parts: unknown[]) => keep(parts.map(String).join(' '));
  return () => {
    for (const [name, original] of originals) console[name] = original;
  };
}

const received = (body: string, receives: string): SQSRecord => {
  const record = makeRecord(body);
  return { ...record, attributes: { ...record.attributes, ApproximateReceiveCount: receives } };
};

function toRecord({ MessageBody, MessageAttributes = {} }: SentMessage): SQSRecord {
  const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [
    name,
    { stringValue: StringValue, dataType: 'String' },
  ]);
  return makeRecord(MessageBody, { messageAttributes: Object.fromEntries(attributes) });
}

/** As SQS moves it after its tries: nothing beside it. */
const redriven = (MessageBody: string): SentMessage => ({ Id: '0', MessageBody, MessageAttributes: {} });
