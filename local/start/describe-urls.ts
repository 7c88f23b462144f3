import { join, resolve } from 'node:path';
import type { Outputs } from '../describe-outputs.ts';
import type { Period } from '../sample.ts';

/**
 * How to reach a running system, as lines. With a period the dashboard's URL asks for the very numbers that were printed;
 * else for the API's default.
 */
export function describeUrls({ apiUrl, liveUrl }: Outputs, dataDir: string, period: Period | undefined): string {
  const overview = new URL('/api/v1/analytics/dashboard/overview', apiUrl);
  if (period) {
    overview.searchParams.set('from', period.from.toISOString());
    overview.searchParams.set('to', period.to.toISOString());
  }
  const file = join(resolve(dataDir), 'outputs.json');
  return [
    '',
    `dashboard     ${overview}`,
    `revenue       ${new URL('/api/v1/analytics/revenue', apiUrl)}`,
    ...(liveUrl === null ? [] : [`live figures  ${liveUrl} (a stream: curl -N, with the token)`]),
    `API docs      ${new URL('/docs', apiUrl)}`,
    `health        ${new URL('/health', apiUrl)}`,
    `all the rest  ${file} (tokens, queues, bus, database)`,
    // The token itself is long, and need not stand in a terminal's history.
    `curl -H "Authorization: Bearer $(node -p 'require("${file}").token')" '${overview}'`,
    '',
  ].join('\n');
}
