import { jobs } from './jobs.ts';

export const functionName = (name: string) => `analytics-${name}`;

/** Behind the function URL of the live stream, where a deployment has one. */
export const LIVE_FUNCTION = 'live';

/** The functions behind the queues' event source mappings, which the valve pauses and resumes. */
export const consumers = { ingest: 'ingest', capture: 'dlq-capture' } as const;

/** Where Lambda is told to write what a function logs. */
export const logGroupName = (name: string) => `/aws/lambda/${functionName(name)}`;

/** Of all functions. */
export const ownLogGroups: readonly string[] = [
  ...[consumers.ingest, consumers.capture, 'query', 'admin', LIVE_FUNCTION],
  ...jobs.map(({ name }) => `job-${name}`),
].map(logGroupName);
