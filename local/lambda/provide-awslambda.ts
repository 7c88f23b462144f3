import { Writable } from 'node:stream';

/** Status, headers and cookies, which Lambda sends as a JSON prelude before the body. */
export interface StreamHead {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

/** Where the parts of a streamed response go. */
export interface StreamTarget {
  head(head: StreamHead): void;
  chunk(bytes: Uint8Array): void;
}

/** What a worker is told instead of a request: whoever the response is streamed to has gone. */
export const HUNG_UP = 'hung up';

type StreamingHandler = (event: unknown, stream: Writable, context: unknown) => Promise<unknown>;

/** Lambda's runtime marks a handler by a symbol of this name, too. */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

/**
 * What Lambda's Node.js runtime puts into the global scope (aws-lambda-nodejs-runtime-interface-client, `globals.ts`,
 * `http-response-stream.ts`): handlers that stream are wrapped by it when they are loaded.
 */
export function provideAwslambda(): void {
  const streamifyResponse = (handler: StreamingHandler) => Object.assign(handler, { [STREAMING]: 'response' });
  Object.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream } });
}

export const isStreaming = (handler: object): handler is StreamingHandler => STREAMING in handler;

/** The `responseStream` of a handler. As Lambda's, it sends the head with the first write, and not before. */
export class ResponseStream extends Writable {
  private head: StreamHead = {};
  private isBegun = false;
  private readonly target: StreamTarget;

  constructor(target: StreamTarget) {
    super({ decodeStrings: true });
    this.target = target;
  }

  setContentType(contentType: string): void {
    this.setHead({ headers: { 'content-type': contentType } });
  }

  setHead(head: StreamHead): void {
    if (this.isBegun) throw new Error('Cannot set content-type, too late.');
    this.head = head;
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    if (!this.isBegun) this.target.head(this.head);
    this.isBegun = true;
    this.target.chunk(chunk);
    done();
  }
}

const HttpResponseStream = {
  from: (stream: ResponseStream, head: StreamHead): ResponseStream => {
    stream.setHead(head);
    return stream;
  },
};
