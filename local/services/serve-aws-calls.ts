import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** An error that an AWS client raises under `code`. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** One operation of an AWS JSON-protocol service: parsed request in, response object out. */
export type AwsOperation = (request: Readonly<Record<string, unknown>>) => unknown;

export interface ControlAnswer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

/** Answers the control calls of the local commands. Undefined: there is no such call. */
export type ControlRequest = (method: string, path: string, body: string) => Promise<ControlAnswer | undefined>;

/** Serves AWS JSON-protocol calls by their `x-amz-target`, and the control calls of the local commands. */
export function serveAwsCalls(operations: Readonly<Record<string, AwsOperation>>, control: ControlRequest): Server {
  return createServer(async (request, response) => {
    try {
      const body = await readBody(request);
      const target = request.headers['x-amz-target'];
      if (typeof target === 'string') return await answerAws(operations, target, body, response);
      // A page in a browser sends an Origin: nothing on the web may drive this machine's functions.
      const answer = request.headers.origin ? undefined : await control(request.method ?? '', request.url ?? '', body);
      if (!answer) return send(response, 404, { message: 'Not Found' });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    } catch (error) {
      send(response, 500, { __type: 'InternalFailure', message: error instanceof Error ? error.message : 'failed' });
    }
  });
}

async function answerAws(
  operations: Readonly<Record<string, AwsOperation>>,
  target: string,
  body: string,
  response: ServerResponse,
): Promise<void> {
  try {
    const operation = operations[target];
    if (!operation) throw new AwsError('UnknownOperationException', `The local runner does not have ${target}`);
    send(response, 200, await operation(JSON.parse(body)));
  } catch (error) {
    const known = error instanceof AwsError ? error : new AwsError('SerializationException', 'The request is not JSON');
    send(response, 400, { __type: known.code, message: known.message });
  }
}

function send(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() });
  response.end(JSON.stringify(answer ?? {}));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
