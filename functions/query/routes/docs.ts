import { readParameters } from '#core/query-parameters.ts';
import { readDocument } from '../read-document.ts';
import type { Route } from '../route.ts';

/** Own files and own answers alone; swagger-ui's icons are `data:` images of its style sheet. */
const policy = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ');

export const answer: Route = async ({ query }) => {
  readParameters(query, []);

  return await readDocument('index.html', {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
  });
};
