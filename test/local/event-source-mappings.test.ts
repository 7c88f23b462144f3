import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type LocalSystem, startSystem } from '../../local/start-system.ts';
import { functionResource, writeAssembly } from './write-assembly.ts';

const directory = mkdtempSync(join(tmpdir(), 'mappings-'));
const seen = join(directory, 'seen');
const consume = `
  import { appendFileSync } from 'node:fs';
  export const handler = async ({ Records }) => {
    for (const { body } of Records) appendFileSync(process.env.SEEN, body + '\\n');
  };`;
const template = {
  Resources: {
    Input: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'input' } },
    Consume: functionResource('consume', { Environment: { Variables: { SEEN: seen } } }),
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': ['Input', 'Arn'] },
        FunctionName: { Ref: 'Consume' },
        ScalingConfig: { MaximumConcurrency: 4 },
      },
    },
  },
};

let system: LocalSystem;
let lambda: LambdaClient;
let sqs: SQSClient;
beforeAll(async () => {
  const cdkOut = writeAssembly({ stacks: { Main: template }, functions: { consume } });
  system = await startSystem({ cdkOut, dataDir: directory, port: 0, log: () => {} });
  const client = { region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } };
  lambda = new LambdaClient({ ...client, endpoint: system.outputs.endpoints.events });
  sqs = new SQSClient({ ...client, endpoint: system.outputs.endpoints.sqs });
});
afterAll(() => system.stop());

const list = async (FunctionName: string) =>
  (await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }))).EventSourceMappings ?? [];
const send = (MessageBody: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl: `${system.outputs.endpoints.sqs}/000000000000/input`, MessageBody }));
const bodies = () => (existsSync(seen) ? readFileSync(seen, 'utf8').split('\n').filter(Boolean) : []);

test('are listed by their function', async () => {
  expect(await list('nobody')).toEqual([]);
  expect(await list('consume')).toMatchObject([
    {
      UUID: expect.stringMatching(/^[0-9a-f-]{36}$/),
      State: 'Enabled',
      EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:input',
      ScalingConfig: { MaximumConcurrency: 4 },
    },
  ]);
});

test('receive nothing while disabled, and all of it once enabled', async () => {
  const UUID = (await list('consume'))[0]!.UUID!;
  await send('before');
  await vi.waitUntil(() => bodies().includes('before'));
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
  await send('meanwhile');
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(bodies()).toEqual(['before']);
  expect(system.queues()).toMatchObject([{ name: 'input', ready: 1, inFlight: 0 }]);

  const changed = { UUID, Enabled: true, ScalingConfig: { MaximumConcurrency: 2 } };
  await lambda.send(new UpdateEventSourceMappingCommand(changed));
  await vi.waitUntil(() => bodies().includes('meanwhile'));
  const { State, ScalingConfig } = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
  expect([State, ScalingConfig]).toEqual(['Enabled', { MaximumConcurrency: 2 }]);
});

test('refuse what Lambda refuses', async () => {
  const UUID = (await list('consume'))[0]!.UUID!;
  const unknown = new GetEventSourceMappingCommand({ UUID: 'none' });
  await expect(lambda.send(unknown)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const tooLow = new UpdateEventSourceMappingCommand({ UUID, ScalingConfig: { MaximumConcurrency: 1 } });
  await expect(lambda.send(tooLow)).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
});
