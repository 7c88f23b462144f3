import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { search } from '@aws-lambda-powertools/jmespath';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as sqs from '@aws-sdk/client-sqs';
import { listen } from '../../local/listen.ts';
import { localClient } from '../setup/system.ts';

/** Parameters that are lists also when one value is given. */
const LISTS = ['attribute-names', 'message-attribute-names', 'attribute-definitions', 'key-schema'];
const WAIT = { maxWaitTime: 5, minDelay: 0.05, maxDelay: 0.2 } as never;

type Sender = { send(command: unknown): Promise<object>; destroy(): void };
type Commands = Readonly<Record<string, new (input: object) => unknown>>;

/**
 * Stands in for the AWS CLI, which a machine that runs the tests need not have: writes a command `aws` into `directory`
 * that hands its arguments to this process, where the SDK makes the call. SQS and DynamoDB only.
 */
export async function serveAwsCli(directory: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const args = Buffer.concat(chunks).toString().split('\0').slice(0, -1);
    try {
      response.end(await run(args));
    } catch (error) {
      response.writeHead(400).end(`${args.join(' ')}: ${error instanceof Error ? error.message : 'failed'}\n`);
    }
  });
  const url = await listen(server, 0);
  const file = join(directory, 'aws');
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\0' "$@" | curl -sS --fail-with-body --data-binary @- ${url}\n`);
  chmodSync(file, 0o755);
  return server;
}

async function run(args: readonly string[]): Promise<string> {
  const [flag, endpoint, service, ...rest] = args;
  if (flag !== '--endpoint-url') throw new Error('not for this machine');
  const isWait = rest[0] === 'wait';
  const [operation = '', ...options] = isWait ? rest.slice(1) : rest;
  const { query, output, ...input } = readOptions(options);
  const [module, client] =
    service === 'sqs'
      ? [sqs, new sqs.SQSClient({ ...localClient, endpoint, useQueueUrlAsEndpoint: false })]
      : [dynamodb, new dynamodb.DynamoDBClient({ ...localClient, endpoint })];
  try {
    if (isWait) return await wait(operation, client as dynamodb.DynamoDBClient, input);
    const Command = (module as unknown as Commands)[`${pascal(operation)}Command`];
    if (!Command) throw new Error(`there is no such operation`);
    const { $metadata: _, ...answer } = (await (client as Sender).send(new Command(input))) as { $metadata?: unknown };
    const found = typeof query === 'string' ? search(query, answer as never) : answer;
    return output === 'text' ? `${asText(found)}\n` : `${JSON.stringify(found, null, 2)}\n`;
  } finally {
    client.destroy();
  }
}

async function wait(operation: string, client: dynamodb.DynamoDBClient, input: object): Promise<string> {
  const until = operation === 'table-exists' ? dynamodb.waitUntilTableExists : dynamodb.waitUntilTableNotExists;
  await until({ ...(WAIT as object), client } as never, input as never);
  return '';
}

function readOptions(options: readonly string[]): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (let at = 0; at < options.length; ) {
    const name = options[at]!.slice(2);
    const next = options.findIndex((each, index) => index > at && each.startsWith('--'));
    const values = options.slice(at + 1, next === -1 ? undefined : next).map(readValue);
    read[['query', 'output'].includes(name) ? name : pascal(name)] = LISTS.includes(name) ? values : values[0];
    at += 1 + values.length;
  }
  return read;
}

/** Numbers, and the shorthand `Name=value,Name=value`. */
function readValue(text: string): unknown {
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^\w+=[^,]+(,\w+=[^,]+)*$/.test(text)) return text;
  return Object.fromEntries(text.split(',').map((pair) => pair.split('=')));
}

const pascal = (name: string) => name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

const asText = (value: unknown): string =>
  Array.isArray(value) ? value.map(asText).join('\t') : value === null || value === undefined ? 'None' : String(value);
