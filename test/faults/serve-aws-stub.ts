import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AwsOperation, serveAwsCalls } from '../../local/services/serve-aws-calls.ts';

type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

export interface SentLetter {
  readonly body: string;
  readonly reason: string;
  readonly deduplicationKey: string;
}

export interface AwsStub {
  readonly url: string;
  readonly letters: SentLetter[];
  /** Told before records are written. */
  onWrite: () => void;
  stop(): Promise<void>;
}

interface BatchWrite {
  readonly RequestItems: Readonly<Record<string, readonly { readonly PutRequest: { readonly Item: Item } }[]>>;
}
interface BatchGet {
  readonly RequestItems: Readonly<
    Record<string, { readonly Keys: readonly { readonly id: { readonly S: string } }[] }>
  >;
}
interface SendBatch {
  readonly Entries: readonly {
    readonly Id: string;
    readonly MessageBody: string;
    readonly MessageAttributes: Readonly<Record<string, { readonly StringValue: string }>>;
  }[];
}

/** The client checks it. */
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** The few AWS calls of the ingest function: its keys, the idempotency records, the dead-letter queues. */
export async function serveAwsStub(keysSecret: string): Promise<AwsStub> {
  const records = new Map<string, Item>();
  const letters: SentLetter[] = [];
  const operations: Readonly<Record<string, AwsOperation>> = {
    'secretsmanager.GetSecretValue': () => ({ SecretString: keysSecret }),
    'DynamoDB_20120810.BatchGetItem': (request) => {
      const [[table, { Keys }]] = Object.entries((request as unknown as BatchGet).RequestItems) as [
        [string, { Keys: { id: { S: string } }[] }],
      ];
      return { Responses: { [table]: Keys.flatMap(({ id }) => records.get(id.S) ?? []) } };
    },
    'DynamoDB_20120810.BatchWriteItem': (request) => {
      stub.onWrite();
      const puts = Object.values((request as unknown as BatchWrite).RequestItems).flat();
      for (const { PutRequest } of puts) records.set(PutRequest.Item.id!.S!, PutRequest.Item);
      return {};
    },
    'AmazonSQS.SendMessageBatch': (request) => {
      const { Entries } = request as unknown as SendBatch;
      for (const { MessageBody, MessageAttributes } of Entries) {
        const text = (name: string) => MessageAttributes[name]?.StringValue ?? '';
        letters.push({ body: MessageBody, reason: text('reason'), deduplicationKey: text('deduplicationKey') });
      }
      return {
        Successful: Entries.map(({ Id, MessageBody }) => ({ Id, MessageId: Id, MD5OfMessageBody: md5(MessageBody) })),
        Failed: [],
      };
    },
  };
  const server = serveAwsCalls(operations, async () => undefined);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  const stub: AwsStub = {
    ...{ url: `http://127.0.0.1:${port}`, letters },
    onWrite: () => {},
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return stub;
}
