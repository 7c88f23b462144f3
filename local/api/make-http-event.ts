import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ACCOUNT } from '../template/resource-attributes.ts';
import type { Authorized, IamAuthorized } from './authorize-request.ts';

/** The event that an HTTP API makes of a request, payload format 2.0. */
export function makeHttpEvent(options: {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly authorizer: Authorized | IamAuthorized | undefined;
  readonly apiId: string;
  readonly now: Date;
}): Record<string, unknown> {
  const { request, body, routeKey, authorizer, now } = options;
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const rawPath = url.pathname;
  const { cookie, ...headers } = joinedHeaders(request);
  const query = joinedQuery(url.searchParams);
  const text = isText(headers['content-type']);
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: url.search.slice(1),
    cookies: cookie?.split(/;\s*/),
    headers,
    queryStringParameters: Object.keys(query).length > 0 ? query : undefined,
    pathParameters: Object.keys(options.pathParameters).length > 0 ? decoded(options.pathParameters) : undefined,
    requestContext: {
      accountId: ACCOUNT,
      apiId: options.apiId,
      authorizer,
      domainName: request.headers.host?.split(':')[0] ?? '127.0.0.1',
      domainPrefix: options.apiId,
      http: {
        method: request.method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: request.socket.remoteAddress,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    body: body.length > 0 ? body.toString(text ? 'utf8' : 'base64') : undefined,
    isBase64Encoded: body.length > 0 && !text,
  };
}

/** Header names in lower case; a repeated header's values joined by commas. */
function joinedHeaders(request: IncomingMessage): Record<string, string | undefined> {
  const distinct = Object.entries(request.headersDistinct);
  return Object.fromEntries(distinct.map(([name, values = []]) => [name, values.join(name === 'cookie' ? '; ' : ',')]));
}

function joinedQuery(parameters: URLSearchParams): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of parameters) query[name] = name in query ? `${query[name]},${value}` : value;
  return query;
}

function decoded(parameters: Readonly<Record<string, string>>): Record<string, string> {
  const decode = (text: string) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  return Object.fromEntries(Object.entries(parameters).map(([name, text]) => [name, decode(text)]));
}

const isText = (contentType: string | undefined) =>
  contentType === undefined ||
  /^(text\/|application\/(.*\+)?(json|javascript|xml|x-www-form-urlencoded))/i.test(contentType);
