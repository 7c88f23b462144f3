import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CancelReplayCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  PutEventsCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import { afterEach, expect, it, vi } from 'vitest';
import { type Bus, startBus } from '../../local/bus/start-bus.ts';
import { listen } from '../../local/listen.ts';
import { serveAwsCalls } from '../../local/services/serve-aws-calls.ts';
import { deployTemplate } from '../../local/template/deploy-template.ts';
import { readAssembly } from '../../local/template/read-assembly.ts';
import { localClient } from '../setup/system.ts';
import { writeAssembly } from './write-assembly.ts';

const ARN = 'arn:aws:events:us-east-1:000000000000';
const rule = (Name: string, type: string) => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    ...{ Name, EventBusName: { Ref: 'Bus' }, EventPattern: { 'detail-type': [type] } },
    Targets: [{ Id: 'T', Arn: `arn:aws:sqs:us-east-1:000000000000:${type}` }],
  },
});
const template = {
  Resources: {
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'bus' } },
    Archive: {
      Type: 'AWS::Events::Archive',
      Properties: {
        ArchiveName: 'kept',
        SourceArn: { 'Fn::GetAtt': ['Bus', 'Arn'] },
        EventPattern: { source: [{ prefix: 'shop' }] },
        RetentionDays: 3,
      },
    },
    A: rule('to-a', 'a'),
    B: rule('to-b', 'b'),
  },
};
const assembly = readAssembly(writeAssembly({ stacks: { Main: template } }));
const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A bus over a directory, a client of the real SDK, and what its targets got. */
async function open(archiveDirectory = mkdtempSync(join(tmpdir(), 'archive-'))) {
  const got: { queue: string; event: { detail: { n: number }; 'replay-name'?: string } }[] = [];
  const queues = {
    send: (queueArn: string, body: string) => {
      got.push({ queue: queueArn.split(':').at(-1)!, event: JSON.parse(body) });
      return undefined;
    },
  };
  const places = { sqsUrl: '', apiUrl: '', database: undefined };
  const deployment = deployTemplate(assembly, places as never, () => '');
  const bus: Bus = startBus(deployment, { queues, archiveDirectory, log: () => {}, onLost: () => {} });
  const server = serveAwsCalls(bus.operations, async () => undefined);
  const client = new EventBridgeClient({ ...localClient, endpoint: await listen(server, 0), maxAttempts: 1 });
  closers.push(
    () => client.destroy(),
    () => server.close(),
    () => bus.stopTaking(),
  );
  const put = (Source: string, DetailType: string, n: number, Time?: Date) =>
    client.send(
      new PutEventsCommand({
        Entries: [{ EventBusName: 'bus', Source, DetailType, Detail: JSON.stringify({ n }), Time }],
      }),
    );
  return { client, put, got, archiveDirectory, bus };
}

const order = (ReplayName: string, more: object = {}) => ({
  ReplayName,
  EventSourceArn: `${ARN}:archive/kept`,
  EventStartTime: new Date('2026-01-01T00:00:00Z'),
  EventEndTime: new Date('2026-01-02T00:00:00Z'),
  Destination: { Arn: `${ARN}:event-bus/bus` },
  ...more,
});
const recent = () => ({
  EventStartTime: new Date(Date.now() - 3_600_000),
  EventEndTime: new Date(Date.now() + 3_600_000),
});

async function completed(client: EventBridgeClient, ReplayName: string) {
  return await vi.waitFor(async () => {
    const described = await client.send(new DescribeReplayCommand({ ReplayName }));
    expect(described.State).toBe('COMPLETED');
    return described;
  });
}

it('keeps what its pattern matches, through a restart, and replays a range of it under its name', async () => {
  const first = await open();
  const [t0, t1] = [new Date(Date.now() - 60_000), new Date(Date.now() - 30_000)];
  await first.put('shop', 'a', 1, t0);
  await first.put('shop', 'b', 2, t1);
  await first.put('other', 'a', 3, t0);
  first.bus.close();
  const { client, got, archiveDirectory } = await open(first.archiveDirectory);
  const described = await client.send(new DescribeArchiveCommand({ ArchiveName: 'kept' }));
  expect(described).toMatchObject({ State: 'ENABLED', EventCount: 2, RetentionDays: 3 });
  const [day] = readdirSync(join(archiveDirectory, 'kept'));
  expect(statSync(join(archiveDirectory, 'kept', day!)).mode & 0o777).toBe(0o600);

  await client.send(new StartReplayCommand(order('all', recent())));
  const all = await completed(client, 'all');
  expect(all.EventLastReplayedTime?.getTime()).toBe(Math.floor(t1.getTime() / 1000) * 1000);
  expect(got.map(({ queue, event }) => [queue, event.detail.n, event['replay-name']])).toEqual([
    ['a', 1, 'all'],
    ['b', 2, 'all'],
  ]);
  const before = new Date(Math.floor(t1.getTime() / 1000) * 1000);
  await client.send(new StartReplayCommand(order('until', { ...recent(), EventEndTime: before })));
  await completed(client, 'until');
  expect(got.slice(2).map(({ event }) => event.detail.n)).toEqual([1]); // the end is left out
  const only = { Arn: `${ARN}:event-bus/bus`, FilterArns: [`${ARN}:rule/bus/to-b`] };
  await client.send(new StartReplayCommand(order('only-b', { ...recent(), Destination: only })));
  await completed(client, 'only-b');
  expect(got.slice(3).map(({ queue }) => queue)).toEqual(['b']);
  // What is replayed is not archived again
  expect((await client.send(new DescribeArchiveCommand({ ArchiveName: 'kept' }))).EventCount).toBe(2);
});

it('drops days past its retention, and passes over a line that was cut off', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'archive-'));
  const folder = join(directory, 'kept');
  mkdirSync(folder);
  const day = (ago: number) => `${new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)}.ndjson`;
  for (const ago of [5, 4, 3, 1]) writeFileSync(join(folder, day(ago)), '');
  appendFileSync(join(folder, day(0)), '{"id":"cut o');
  const { client, put, got } = await open(directory);
  expect([5, 4, 3, 1].map((ago) => existsSync(join(folder, day(ago))))).toEqual([false, false, true, true]);
  await put('shop', 'a', 1);
  await client.send(new StartReplayCommand(order('r', recent())));
  await completed(client, 'r');
  expect(got.map(({ event }) => event['replay-name'])).toEqual([undefined, 'r']);
});

it('is cancelled midway', async () => {
  const { client, put, got } = await open();
  for (let n = 0; n < 250; n++) await put('shop', 'a', n);
  await client.send(new StartReplayCommand(order('r', recent())));
  await vi.waitFor(() => expect(got.length).toBeGreaterThan(250), { interval: 5 });
  expect((await client.send(new CancelReplayCommand({ ReplayName: 'r' }))).State).toBe('CANCELLING');
  const ended = await vi.waitFor(async () => {
    const described = await client.send(new DescribeReplayCommand({ ReplayName: 'r' }));
    expect(described.State).toBe('CANCELLED');
    return described;
  });
  expect(got.length).toBeLessThan(500);
  expect(ended.ReplayEndTime).toBeInstanceOf(Date);
  await expect(client.send(new CancelReplayCommand({ ReplayName: 'r' }))).rejects.toMatchObject({
    name: 'IllegalStatusException',
  });
});

it.each([
  ['ResourceNotFoundException', { EventSourceArn: `${ARN}:archive/none` }],
  ['ValidationException', { EventStartTime: new Date('2026-01-03') }],
  ['ValidationException', { ReplayName: 'a name' }],
  ['ValidationException', { Destination: { Arn: `${ARN}:event-bus/other` } }],
  ['ValidationException', { Destination: { Arn: `${ARN}:event-bus/bus`, FilterArns: [`${ARN}:rule/to-a`] } }],
])('refuses with %s: %j', async (name, more) => {
  const { client } = await open();
  await expect(client.send(new StartReplayCommand(order('r', more)))).rejects.toMatchObject({ name });
});

it('knows a name once, an unknown one not, and ten replays at once', async () => {
  const { client } = await open();
  const describe = new DescribeReplayCommand({ ReplayName: 'r0' });
  await expect(client.send(describe)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const start = (name: string) => client.send(new StartReplayCommand(order(name)));
  const answers = await Promise.allSettled(Array.from({ length: 11 }, (_, index) => start(`r${index}`)));
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.name] : []));
  expect(refused).toEqual(['LimitExceededException']);
  await expect(start('r0')).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
});
