import type { ServerResponse } from 'node:http';
import type { InvocationResult } from '../lambda/run-function.ts';

interface HttpResult {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** Turns a function's result into a response as payload format 2.0 has it: a value without `statusCode` is a 200 of JSON. */
export function writeHttpAnswer(result: InvocationResult, response: ServerResponse): void {
  if (result.error) {
    const timedOut = result.error.errorType === 'Sandbox.Timedout';
    if (timedOut) writeMessage(response, 503, 'Service Unavailable');
    else writeMessage(response, 500, 'Internal Server Error');
    return;
  }
  const value = result.payload === undefined ? null : (JSON.parse(result.payload) as unknown);
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) {
    const body = typeof value === 'string' ? value : (result.payload ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    return;
  }
  const { statusCode = 200, headers = {}, cookies = [], body = '', isBase64Encoded } = value as HttpResult;
  for (const [name, header] of Object.entries(headers)) response.setHeader(name, String(header));
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  if (body && !response.hasHeader('content-type')) response.setHeader('content-type', 'text/plain;charset=UTF-8');
  response.writeHead(statusCode).end(isBase64Encoded ? Buffer.from(body, 'base64') : body);
}

/** An answer of the API itself, not of a function. */
export function writeMessage(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ message }));
}
