import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { JWK } from 'jose';
import { allowOrigin } from './allow-origin.ts';
import { authorizeRequest, localCaller } from './authorize-request.ts';
import { makeHttpEvent } from './make-http-event.ts';
import { matchRoute } from './match-route.ts';
import type { HttpApi } from './read-api.ts';
import { readBytes } from './read-bytes.ts';
import { writeHttpAnswer, writeMessage } from './write-http-answer.ts';

/** API Gateway's cap on a request body. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** After Node's 5 s a caller that was busy met a connection that was just being closed. */
const KEEP_ALIVE_MS = 75_000;

/** Called for each answer of a route: the id of its API, and the status. */
export type OnAnswer = (apiId: string, status: number) => void;

/** Serves the HTTP APIs of the templates. `api` is undefined while the system is starting: 503. */
export function serveApi(api: () => HttpApi | undefined, publicKey: JWK, onAnswer: OnAnswer = () => {}): Server {
  return createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const served = api();
    if (!served) return writeMessage(response, 503, 'Service Unavailable');
    answer(served, { publicKey, onAnswer }, request, response).catch(() => {
      if (!response.headersSent) writeMessage(response, 500, 'Internal Server Error');
    });
  });
}

interface Surroundings {
  readonly publicKey: JWK;
  readonly onAnswer: OnAnswer;
}

async function answer(
  api: HttpApi,
  { publicKey, onAnswer }: Surroundings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', headers } = request;
  if (api.cors && headers.origin) allowOrigin(api.cors, headers.origin, response);
  if (api.cors && method === 'OPTIONS' && headers['access-control-request-method']) {
    response.writeHead(204).end();
    return;
  }
  const body = await readBytes(request, MAX_BODY_BYTES);
  if (!body) return writeMessage(response, 413, 'Request Entity Too Large');
  const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
  const match = matchRoute(api.routes, method, path);
  if (!match) return writeMessage(response, 404, 'Not Found');
  const { route, pathParameters } = match;
  response.once('finish', () => onAnswer(route.apiId, response.statusCode));
  const now = new Date();
  const authorized = route.jwt && (await authorizeRequest(headers.authorization, route.jwt, publicKey, now));
  if (authorized && 'status' in authorized) {
    return writeMessage(response, authorized.status, authorized.message, { 'www-authenticate': authorized.challenge });
  }
  const authorizer = route.iam ? localCaller : authorized;
  const options = { request, body, pathParameters, authorizer, now, routeKey: route.key, apiId: api.id };
  writeHttpAnswer(await route.fn.invoke(JSON.stringify(makeHttpEvent(options))), response);
}
