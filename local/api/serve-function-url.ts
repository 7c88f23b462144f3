import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { InvocationError } from '../lambda/run-function.ts';
import { allowOrigin } from './allow-origin.ts';
import { makeHttpEvent } from './make-http-event.ts';
import { readBytes } from './read-bytes.ts';
import type { FunctionUrl } from './read-function-url.ts';
import { writeMessage } from './write-http-answer.ts';

/** Lambda's cap on what a function is invoked with. */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** Serves the function URL of the templates. `served` is undefined while the system is starting: 503. */
export function serveFunctionUrl(served: () => FunctionUrl | undefined): Server {
  return createServer((request, response) => {
    const url = served();
    if (!url) return writeMessage(response, 503, 'Service Unavailable');
    stream(url, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else writeMessage(response, 502, 'Internal Server Error');
    });
  });
}

async function stream({ fn, cors }: FunctionUrl, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, headers } = request;
  if (cors && headers.origin) allowOrigin(cors, headers.origin, response);
  // Answered by Lambda itself, as long as the URL has rules for other origins
  if (cors && method === 'OPTIONS') return void response.writeHead(200).end();
  const body = await readBytes(request, MAX_BODY_BYTES);
  if (!body) return writeMessage(response, 413, 'Request Entity Too Large');

  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const about = { routeKey: '$default', pathParameters: {}, authorizer: undefined, apiId: fn.name, now: new Date() };
  const { error } = await fn.invoke(JSON.stringify(makeHttpEvent({ request, body, ...about })), {
    signal: gone.signal,
    head: ({ statusCode = 200, headers: given = {}, cookies = [] }) => {
      if (cookies.length > 0) response.setHeader('set-cookie', cookies);
      response.writeHead(statusCode, { 'content-type': 'application/octet-stream', ...given }).flushHeaders();
    },
    chunk: (bytes) => response.write(bytes),
  });
  if (!error && response.headersSent) response.end();
  else if (response.headersSent)
    response.destroy(); // what has begun cannot become another answer: it is cut off
  else refuse(error, response);
}

function refuse(error: InvocationError | undefined, response: ServerResponse): void {
  if (error?.errorType === 'TooManyRequestsException') writeMessage(response, 429, 'Rate Exceeded.');
  else writeMessage(response, 502, 'Internal Server Error');
}
