import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { DrainReadings, Reading } from '../../local/answer-control.ts';
import { type LocalSystem, startSystem } from '../../local/start-system.ts';
import { functionResource, writeAssembly } from './write-assembly.ts';

const seen = join(mkdtempSync(join(tmpdir(), 'seen-')), 'batches');
const environment = { Variables: { SEEN: seen } };
const functions = {
  // Fails the messages that say so; throws, hangs or answers nonsense when any message asks for it.
  consume: `
    import { appendFileSync } from 'node:fs';
    export const handler = async ({ Records }, context) => {
      const bodies = Records.map((record) => record.body);
      appendFileSync(process.env.SEEN, JSON.stringify({ bodies, record: Records[0] }) + '\\n');
      if (bodies.includes('throw')) throw new TypeError('asked to');
      if (bodies.includes('hang')) for (;;);
      if (bodies.includes('nonsense')) return { batchItemFailures: [{ itemIdentifier: 'of nobody' }] };
      const failed = Records.filter((record) => record.body.startsWith('bad'));
      return { batchItemFailures: failed.map((record) => ({ itemIdentifier: record.messageId })) };
    };`,
  answer: `
    export const handler = async (event) => ({
      statusCode: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });`,
  count: `
    const _aws = { Timestamp: 0, CloudWatchMetrics: [{ Namespace: 'N', Dimensions: [[]], Metrics: [{ Name: 'Counted' }] }] };
    export const handler = async (event) => {
      console.log('{"CloudWatchMetrics": this is no JSON');
      console.log(JSON.stringify({ _aws, other: 5, ...event }));
    };`,
  echo: `
    console.log('a line of the log');
    export const handler = async (event, context) => {
      if (event.crash) process.exit(3);
      if (event.late) await new Promise((resolve) => setTimeout(resolve, 60_000));
      return { event, id: context.awsRequestId, left: context.getRemainingTimeInMillis(), env: process.env.GIVEN };
    };`,
};

const queue = (QueueName: string, more: Record<string, unknown> = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: { QueueName, VisibilityTimeout: 1, ...more },
});
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const mapping = (source: string, more: Record<string, unknown>) => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: {
    EventSourceArn: arnOf(source),
    FunctionName: { Ref: 'Consume' },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ...more,
  },
});
const rule = (EventPattern: unknown, target: string, more: Record<string, unknown> = {}) => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    EventBusName: { Ref: 'Bus' },
    EventPattern,
    Targets: [{ Id: 'T', Arn: arnOf(target), InputPath: '$.detail', ...more }],
  },
});
const route = (RouteKey: string, more: Record<string, unknown> = {}) => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ApiId: { Ref: 'Api' },
    RouteKey,
    Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
    ...more,
  },
});
const jwt = { AuthorizationType: 'JWT', AuthorizerId: { Ref: 'Authorizer' } };

const template = {
  Resources: {
    Vpc: { Type: 'AWS::EC2::VPC' },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'bus' } },
    Input: queue('input', { RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 2 } }),
    Dead: queue('dead'),
    // Megabytes take their time: nothing of it shall be seen twice.
    Wide: queue('wide', { VisibilityTimeout: 30 }),
    Routed: queue('routed'),
    Rest: queue('rest'),
    Narrow: queue('narrow', { MaximumMessageSize: 1024 }),
    Undelivered: queue('undelivered'),
    Consume: functionResource('consume', { Environment: environment, Timeout: 1 }),
    Answer: functionResource('answer'),
    Echo: functionResource('echo', { Timeout: 1, Environment: { Variables: { GIVEN: { Ref: 'Input' } } } }),
    Count: functionResource('count'),
    One: mapping('Input', { BatchSize: 10 }),
    Many: mapping('Wide', { BatchSize: 100, MaximumBatchingWindowInSeconds: 1 }),
    ToRouted: rule({ 'detail-type': ['known'] }, 'Routed'),
    ToNarrow: rule({ 'detail-type': ['narrow'] }, 'Narrow', { DeadLetterConfig: { Arn: arnOf('Undelivered') } }),
    ToRest: rule({ 'detail-type': [{ 'anything-but': ['known', 'narrow'] }] }, 'Rest'),
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
    Integration: { Type: 'AWS::ApiGatewayV2::Integration', Properties: { IntegrationUri: arnOf('Answer') } },
    Authorizer: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: { JwtConfiguration: { Issuer: 'https://issuer.test/', Audience: ['analytics'] } },
    },
    Open: route('GET /open/{name}'),
    Read: route('GET /read', { ...jwt, AuthorizationScopes: ['analytics:read'] }),
    Secret: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: { Name: 'secret', GenerateSecretString: { PasswordLength: 40, ExcludePunctuation: true } },
    },
    Key: { Type: 'AWS::KMS::Key' },
    Trigger: {
      Type: 'Custom::Trigger',
      Properties: { HandlerArn: { Ref: 'EchoVersion' }, ServiceToken: 'arn:helper' },
    },
    EchoVersion: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Echo' } } },
  },
};

const dataDir = mkdtempSync(join(tmpdir(), 'system-'));
const lines: string[] = [];
const options = { dataDir, port: 0, log: (line: string) => lines.push(line) };
const client = { region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } };
let system: LocalSystem;
let sqs: SQSClient;
let cdkOut: string;

beforeAll(async () => {
  cdkOut = writeAssembly({ stacks: { Main: template }, functions });
  system = await startSystem({ cdkOut, ...options });
  sqs = new SQSClient({ ...client, endpoint: system.outputs.endpoints.sqs });
});
afterAll(() => system.stop());

const url = (name: string) => `${system.outputs.endpoints.sqs}/000000000000/${name}`;
const sendMessages = (name: string, bodies: readonly string[]) =>
  Promise.all(bodies.map((MessageBody) => sqs.send(new SendMessageCommand({ QueueUrl: url(name), MessageBody }))));
const sendBatch = (name: string, bodies: readonly string[]) => {
  const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
  return sqs.send(new SendMessageBatchCommand({ QueueUrl: url(name), Entries }));
};
/** Takes up to ten messages off a queue. */
const receive = async (name: string) => {
  const QueueUrl = url(name);
  const command = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5, MessageAttributeNames: ['All'] };
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(command));
  for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  return Messages;
};
const untilDead = (count: number) =>
  vi.waitUntil(() => system.queues().some(({ name, ready }) => name === 'dead' && ready === count), {
    timeout: 12_000,
  });
const batches = (): { bodies: string[]; record: Record<string, unknown> }[] =>
  existsSync(seen)
    ? readFileSync(seen, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : [];
const timesSeen = (body: string) => batches().filter(({ bodies }) => bodies.includes(body)).length;

test('what is not run is said', () => {
  expect(lines[0]).toBe('not run here: EC2::VPC');
});

describe('an event source mapping', () => {
  test('retries only what failed, and its queue redrives it after its tries', async () => {
    await sendBatch('input', ['good-1', 'bad-1', 'good-2']);
    await untilDead(1);
    expect((await receive('dead')).map(({ Body }) => Body)).toEqual(['bad-1']);
    expect([timesSeen('good-1'), timesSeen('bad-1'), timesSeen('good-2')]).toEqual([1, 2, 1]);
  });

  test.each(['throw', 'nonsense', 'hang'])('fails the whole batch on %s', async (body) => {
    const neighbour = `beside ${body}`;
    await sendBatch('input', [body, neighbour]);
    await untilDead(2);
    expect((await receive('dead')).map(({ Body }) => Body)).toEqual([body, neighbour]);
    expect([timesSeen(body), timesSeen(neighbour)]).toEqual([2, 2]);
  });

  test('gathers more than ten messages in its window, in records of the real shape', async () => {
    const bodies = Array.from({ length: 25 }, (_, index) => `wide-${index}`);
    await sendMessages('wide', bodies);
    await system.drain();
    const wide = batches().filter((batch) => batch.bodies[0]?.startsWith('wide-'));
    expect(wide.map((batch) => batch.bodies.length)).toEqual([25]);
    expect(wide[0]?.record).toMatchObject({
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d{13}$/) },
      messageAttributes: {},
      md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:wide',
      awsRegion: 'us-east-1',
    });
  });

  test('keeps a payload below six megabytes', async () => {
    await sendMessages(
      'wide',
      Array.from({ length: 9 }, (_, index) => `heavy-${index}${'x'.repeat(900_000)}`),
    );
    await system.drain();
    const heavy = batches().filter((batch) => batch.bodies[0]?.startsWith('heavy-'));
    expect(heavy.map((batch) => batch.bodies.length)).toEqual([6, 3]);
  });
});

describe('the bus', () => {
  const put = async (...entries: Partial<PutEventsRequestEntry>[]) => {
    const bus = new EventBridgeClient({ ...client, endpoint: system.outputs.endpoints.events });
    const full = entries.map((entry) => ({
      Source: '/test',
      EventBusName: 'bus',
      DetailType: 'known',
      Detail: '{}',
      ...entry,
    }));
    return bus.send(new PutEventsCommand({ Entries: full }));
  };

  test('forwards the detail as it was written, and the rest to the catch-all', async () => {
    const detail = '{"n": 9007199254740993, "huge": 1e400, "twice": 1, "twice": 2}';
    expect((await put({ Detail: detail }, { DetailType: 'unheard-of', Detail: '{"a":1}' })).FailedEntryCount).toBe(0);
    expect((await receive('routed')).map(({ Body }) => Body)).toEqual([detail]);
    expect((await receive('rest')).map(({ Body }) => Body)).toEqual(['{"a":1}']);
  });

  test('refuses what EventBridge refuses, beside what it takes', async () => {
    const { FailedEntryCount, Entries } = await put(
      { Detail: 'no json' },
      { Detail: '[1]' },
      { Detail: '"text"' },
      { EventBusName: 'other' },
      { DetailType: '' },
      { Detail: '{"ok":1}' },
    );
    expect(FailedEntryCount).toBe(5);
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      ...['MalformedDetail', 'MalformedDetail', 'MalformedDetail', 'InvalidArgument', 'InvalidArgument'],
      undefined,
    ]);
    expect((await receive('routed')).map(({ Body }) => Body)).toEqual(['{"ok":1}']);
  });

  test('refuses requests of more than ten entries or one megabyte', async () => {
    await expect(put(...Array.from({ length: 11 }, () => ({})))).rejects.toThrow(/1 to 10/);
    const Detail = JSON.stringify({ text: 'x'.repeat(600_000) });
    await expect(put({ Detail }, { Detail })).rejects.toThrow(/over the limit/);
  });

  test("sends what a target refuses to the target's dead-letter queue", async () => {
    const Detail = JSON.stringify({ text: 'x'.repeat(2000) });
    await put({ DetailType: 'narrow', Detail });
    const [message] = await receive('undelivered');
    expect(message?.Body).toBe(Detail);
    expect(Object.keys(message?.MessageAttributes ?? {}).sort()).toEqual([
      'ERROR_CODE',
      'ERROR_MESSAGE',
      'RULE_ARN',
      'TARGET_ARN',
    ]);
  });
});

describe('a function', () => {
  test('gets its event, context and environment, and its lines are kept', async () => {
    const { payload } = (await system.invoke('echo', { hello: 1 })) as { payload: string };
    const { event, id, left, env } = JSON.parse(payload);
    expect(event).toEqual({ hello: 1 });
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(left).toBeGreaterThan(0);
    expect(env).toBe(url('input'));
    expect(readFileSync(join(dataDir, 'logs/echo.log'), 'utf8')).toContain('a line of the log');
  });

  test('that takes too long or exits fails, and runs again', async () => {
    expect((await system.invoke('echo', { late: true })).error?.errorMessage).toBe('Task timed out after 1.00 seconds');
    expect((await system.invoke('echo', { crash: true })).error?.errorType).toBe('Runtime.ExitError');
    expect((await system.invoke('Echo', {})).error).toBeUndefined();
  });

  test('is invoked by the control endpoint, which a web page cannot use', async () => {
    const invoke = (headers: Record<string, string>, name = 'echo') =>
      fetch(`${system.outputs.controlUrl}/invoke/${name}`, { method: 'POST', body: '{"a":1}', headers });
    expect(await (await invoke({})).json()).toMatchObject({ event: { a: 1 } });
    expect((await invoke({}, 'nobody')).status).toBe(502);
    expect((await invoke({ origin: 'https://example.com' })).status).toBe(404);
  });
});

describe('the control endpoint', () => {
  const call = async (method: string, path: string) => {
    const answer = await fetch(`${system.outputs.controlUrl}${path}`, { method });
    return (await answer.json()) as DrainReadings & Pick<Reading, 'metrics'>;
  };

  test("sums the metrics in the functions' logs, and remembers the reading of the last drain", async () => {
    await system.invoke('count', { Counted: 2 });
    await system.invoke('count', { Counted: [3, 4] });
    await vi.waitUntil(async () => (await call('GET', '/status')).metrics.Counted === 9);
    expect(await call('POST', '/drained')).toMatchObject({ last: null, now: { metrics: { Counted: 9 } } });
    await system.invoke('count', { Counted: 1 });
    await vi.waitUntil(async () => (await call('GET', '/status')).metrics.Counted === 10);
    const { startedAt, last, now } = await call('POST', '/drained');
    expect([last?.metrics, now.metrics]).toEqual([{ Counted: 9 }, { Counted: 10 }]);
    expect([startedAt, last?.at, now.at]).toEqual([startedAt, last?.at, now.at].sort());
  });
});

describe('the HTTP API', () => {
  const get = (path: string, token?: string) =>
    fetch(`${system.outputs.apiUrl}${path}`, { headers: token ? { authorization: `Bearer ${token}` } : {} });

  test('makes events of payload format 2.0', async () => {
    const event = await (await get('/open/a%20b?x=1&x=2&y=')).json();
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /open/{name}',
      rawPath: '/open/a%20b',
      rawQueryString: 'x=1&x=2&y=',
      queryStringParameters: { x: '1,2', y: '' },
      pathParameters: { name: 'a b' },
      requestContext: { http: { method: 'GET', path: '/open/a%20b' }, stage: '$default' },
      isBase64Encoded: false,
    });
  });

  test('lets tokens with the scope in, and says what refused the others', async () => {
    const { token, adminToken } = system.outputs;
    const answer = await get('/read', token);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toHaveProperty('requestContext.authorizer.jwt.scopes', ['analytics:read']);
    const refused = await Promise.all([get('/read'), get('/read', 'x'), get('/read', adminToken), get('/nowhere')]);
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 403, 404]);
    expect(await Promise.all(refused.map((one) => one.json()))).toEqual(
      ['Unauthorized', 'Unauthorized', 'Forbidden', 'Not Found'].map((message) => ({ message })),
    );
  });

  test('on a port that is taken says so', async () => {
    const port = Number(new URL(system.outputs.apiUrl).port);
    await expect(startSystem({ cdkOut, ...options, port })).rejects.toThrow(`Port ${port} is taken`);
  });
});

describe('secrets and keys', () => {
  const readSecret = async ({ outputs }: LocalSystem) => {
    const secrets = new SecretsManagerClient({ ...client, endpoint: outputs.endpoints.events });
    return (await secrets.send(new GetSecretValueCommand({ SecretId: 'secret' }))).SecretString;
  };

  test('a generated secret outlives a restart', async () => {
    const before = await readSecret(system);
    expect(before).toMatch(/^[A-Za-z0-9]{40}$/);
    const again = await startSystem({ cdkOut, ...options });
    expect(await readSecret(again)).toBe(before);
    await again.stop();
  });

  test('a data key is decrypted in its encryption context only', async () => {
    const kms = new KMSClient({ ...client, endpoint: system.outputs.endpoints.events });
    const EncryptionContext = { purpose: 'test', more: 'x' };
    const key = await kms.send(
      new GenerateDataKeyCommand({ KeyId: 'Main-Key', KeySpec: 'AES_256', EncryptionContext }),
    );
    const open = (context: Record<string, string>) =>
      kms.send(new DecryptCommand({ CiphertextBlob: key.CiphertextBlob, EncryptionContext: context }));
    expect((await open({ more: 'x', purpose: 'test' })).Plaintext).toEqual(key.Plaintext);
    await expect(open({ purpose: 'test' })).rejects.toThrow(/encryption context/);
  });

  test('an operation that the runner has not is an error of AWS shape', async () => {
    const headers = { 'x-amz-target': 'TrentService.ScheduleKeyDeletion' };
    const answer = await fetch(system.outputs.endpoints.events, { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toHaveProperty('__type', 'UnknownOperationException');
  });
});

test('a trigger that fails stops the start', async () => {
  const directory = writeAssembly({
    stacks: {
      Main: {
        Resources: {
          Migrate: functionResource('migrate'),
          Run: { Type: 'Custom::Trigger', Properties: { HandlerArn: arnOf('Migrate') } },
        },
      },
    },
    functions: { migrate: `export const handler = async () => { throw new Error('no such table'); };` },
  });
  await expect(startSystem({ ...options, cdkOut: directory })).rejects.toThrow(/migrate.* failed: no such table/);
});
