import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SentMessage {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageAttributes: Readonly<Record<string, { readonly StringValue: string }>>;
}

export interface FakeAws {
  readonly url: string;
  /** Messages sent to dead-letter queues. They carry the original, which the capture encrypts. */
  readonly sent: SentMessage[];
  /** What else was asked for: target and body. */
  readonly requests: { readonly target: string; readonly body: string }[];
  close(): void;
}

interface Request {
  readonly Entries?: readonly SentMessage[];
}

/** The AWS APIs that the functions call, which keep what they are told. The idempotency table knows nothing. */
export async function serveAws(): Promise<FakeAws> {
  const sent: SentMessage[] = [];
  const requests: FakeAws['requests'] = [];
  const answers: Readonly<Record<string, (request: Request) => object>> = {
    GetSecretValue: () => ({
      SecretString: JSON.stringify({ current: 'v1', v1: 'a key for tests only, of 32 bytes' }),
    }),
    GenerateDataKey: () => ({
      Plaintext: Buffer.alloc(32, 7).toString('base64'),
      CiphertextBlob: Buffer.from('sealed').toString('base64'),
    }),
    SendMessageBatch: ({ Entries = [] }) => {
      sent.push(...Entries);
      const MD5 = (text: string) => createHash('md5').update(text).digest('hex');
      const Successful = Entries.map(({ Id, MessageBody }) => ({
        ...{ Id, MessageId: Id, MD5OfMessageBody: MD5(MessageBody) },
      }));
      return { Successful, Failed: [] };
    },
    BatchGetItem: () => ({ Responses: {} }),
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const target = String(request.headers['x-amz-target']).split('.').at(-1)!;
    if (target !== 'SendMessageBatch') requests.push({ target, body });
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(answers[target]?.(JSON.parse(body)) ?? {}));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent, requests },
    close: () => void server.close().closeAllConnections(),
  };
}
