import type { ServerResponse } from 'node:http';
import type { CorsRules } from './read-api.ts';

/** The headers by which a browser lets a page of `origin` read the answer, where the rules allow it. */
export function allowOrigin(cors: CorsRules, origin: string, response: ServerResponse): void {
  const { AllowOrigins = [], AllowMethods = [], AllowHeaders = [], ExposeHeaders = [], MaxAge } = cors;
  if (!AllowOrigins.includes('*') && !AllowOrigins.includes(origin)) return;
  response.setHeader('access-control-allow-origin', AllowOrigins.includes('*') ? '*' : origin);
  if (AllowMethods.length > 0) response.setHeader('access-control-allow-methods', AllowMethods.join(','));
  if (AllowHeaders.length > 0) response.setHeader('access-control-allow-headers', AllowHeaders.join(','));
  if (ExposeHeaders.length > 0) response.setHeader('access-control-expose-headers', ExposeHeaders.join(','));
  if (MaxAge !== undefined) response.setHeader('access-control-max-age', String(MaxAge));
}
