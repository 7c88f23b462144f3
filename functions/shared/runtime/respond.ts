import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Problem } from '#core/problem.ts';

const headers = {
  // Figures move with every event: an answer is stored nowhere, but where it says how to ask whether it still holds.
  'cache-control': 'no-store',
  // JSON, whatever a browser makes of what stands in it, and shown in no frame.
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'strict-transport-security': 'max-age=31536000',
};

/**
 * @param body bytes are sent as they are; their content type is one of `further`
 * @param further headers besides those of every answer, or instead of them
 */
export function respondJson(
  status: number,
  body: object | undefined,
  further: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 {
  if (body === undefined) return { statusCode: status, headers: { ...headers, ...further } };
  if (body instanceof Uint8Array) {
    const base64 = Buffer.from(body).toString('base64');
    return { statusCode: status, headers: { ...headers, ...further }, body: base64, isBase64Encoded: true };
  }
  return {
    statusCode: status,
    headers: { ...headers, 'content-type': 'application/json', ...further },
    body: JSON.stringify(body),
  };
}

export function respondProblem(problem: Problem): APIGatewayProxyStructuredResultV2 {
  const contentType = { 'content-type': 'application/problem+json' };
  return { statusCode: problem.status, headers: { ...headers, ...contentType }, body: JSON.stringify(problem) };
}
