import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeEndpoint {
  readonly url: string;
  /** Requests as they came, refused ones too. */
  readonly requests: { readonly target: string; readonly bytes: number; readonly body: FakeRequest }[];
  /** Entries and messages that were accepted, in order. */
  readonly accepted: { readonly to: string; readonly text: string }[];
  close(): void;
}

export interface FakeRequest {
  readonly Entries: readonly {
    readonly Id?: string;
    readonly MessageBody?: string;
    readonly Detail?: string;
    readonly EventBusName?: string;
    readonly Source?: string;
    readonly DetailType?: string;
  }[];
  readonly QueueUrl?: string;
}

/** An AWS endpoint that takes PutEvents and SendMessageBatch; `refuse` answers the code of a text that it does not take. */
export async function serveFakeEndpoint(
  refuse: (text: string) => string | undefined = () => undefined,
  failRequest: (texts: readonly string[]) => string | undefined = () => undefined,
): Promise<FakeEndpoint> {
  const requests: FakeEndpoint['requests'] = [];
  const accepted: FakeEndpoint['accepted'] = [];

  const answer = (target: string, body: FakeRequest) => {
    const codes = body.Entries.map(({ Detail, MessageBody }) => refuse((Detail ?? MessageBody)!));
    body.Entries.forEach(({ Detail, MessageBody, EventBusName }, index) => {
      if (!codes[index]) accepted.push({ to: (EventBusName ?? body.QueueUrl)!, text: (Detail ?? MessageBody)! });
    });
    if (target === 'AWSEvents.PutEvents') {
      const Entries = codes.map((ErrorCode, index) => (ErrorCode ? { ErrorCode } : { EventId: String(index) }));
      return { FailedEntryCount: codes.filter(Boolean).length, Entries };
    }
    const results = body.Entries.map(({ Id, MessageBody }, index) => ({
      Id,
      Code: codes[index],
      SenderFault: true,
      MessageId: Id,
      MD5OfMessageBody: createHash('md5').update(MessageBody!).digest('hex'),
    }));
    return { Successful: results.filter(({ Code }) => !Code), Failed: results.filter(({ Code }) => Code) };
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const target = String(request.headers['x-amz-target']);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as FakeRequest;
    const texts = body.Entries.map(({ Detail, MessageBody }) => (Detail ?? MessageBody)!);
    requests.push({ target, body, bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) });
    const failure = failRequest(texts);
    response.writeHead(failure ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(failure ? { __type: failure, message: 'no' } : answer(target, body)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    accepted,
    close: () => void server.close().closeAllConnections(),
  };
}
