import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Problem } from '#core/problem.ts';

/** Figures move with every event: an answer is stored nowhere on its way. */
const headers = { 'cache-control': 'no-store' };

export function respondJson(status: number, body: object): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

export function respondProblem(problem: Problem): APIGatewayProxyStructuredResultV2 {
  const contentType = { 'content-type': 'application/problem+json' };
  return { statusCode: problem.status, headers: { ...headers, ...contentType }, body: JSON.stringify(problem) };
}
