import type { APIGatewayProxyEventV2, APIGatewayProxyEventV2WithIAMAuthorizer } from 'aws-lambda';
import { BadParameter } from '#core/problem.ts';
import { readChoice } from '#core/query-parameters.ts';
import type { AdminRequest } from './admin-route.ts';

export function readAdminRequest(event: APIGatewayProxyEventV2, zone: string): AdminRequest {
  const { body = '', isBase64Encoded, pathParameters = {}, rawQueryString } = event;
  return {
    query: new URLSearchParams(rawQueryString),
    path: pathParameters,
    body: isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body,
    zone,
  };
}

/** Takes `dryRun` out of the query. */
export function readDryRun(query: URLSearchParams): boolean {
  const given = query.getAll('dryRun');
  if (given.length > 1) throw new BadParameter('dryRun', 'expected once');
  query.delete('dryRun');
  return readChoice(new Map(given.map((value) => ['dryRun', value])), 'dryRun', ['true', 'false']) === 'true';
}

/** Optional: without one, asking twice is two requests. */
export function readIdempotencyKey({ headers }: APIGatewayProxyEventV2): string | undefined {
  const key = headers['idempotency-key'];
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new BadParameter('Idempotency-Key', 'expected 1 to 255 visible ASCII characters');
  }
  return key;
}

/** Who called, as IAM names them. */
export function principalOf(event: APIGatewayProxyEventV2): string {
  const { authorizer } = event.requestContext as Partial<APIGatewayProxyEventV2WithIAMAuthorizer['requestContext']>;
  return authorizer?.iam?.userArn ?? 'unknown';
}
