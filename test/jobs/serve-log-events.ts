import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { AwsError, serveAwsCalls } from '../../local/services/serve-aws-calls.ts';

export interface StoredLogEvent {
  readonly logStreamName: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
}

export interface FilterRequest {
  readonly logGroupName: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly nextToken?: string;
}

/**
 * Stands for CloudWatch Logs, which no test can have: FilterLogEvents of its JSON protocol over HTTP, as its reference
 * describes it: both ends of the range included, pages of `pageSize` with an empty one first, a token good for the same
 * range only. It proves that the calls are right by that description, not what AWS answers.
 */
export async function serveLogEvents(groups: Map<string, readonly StoredLogEvent[]>, pageSize: number) {
  const requests: FilterRequest[] = [];
  /** By token: the range it was given for, and the events already told. */
  const given = new Map<string, { readonly range: string; readonly told: number }>();
  const filter = (request: Readonly<Record<string, unknown>>) => {
    const { logGroupName, startTime = 0, endTime = Infinity, nextToken } = request as unknown as FilterRequest;
    requests.push(request as unknown as FilterRequest);
    const stored = groups.get(logGroupName);
    if (!stored) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    const range = JSON.stringify([logGroupName, startTime, endTime]);
    const page = nextToken === undefined ? { range, told: 0 } : given.get(nextToken);
    if (page?.range !== range) throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');

    const asked = stored.filter(({ timestamp }) => timestamp >= startTime && timestamp <= endTime);
    const told = nextToken === undefined ? 0 : page.told + pageSize;
    const token = `token-${given.size}`;
    if (told < asked.length) given.set(token, { range, told });
    const events = asked.slice(page.told, told).map((event, index) => ({ ...event, eventId: `${page.told + index}` }));
    return { events, searchedLogStreams: [], ...(told < asked.length && { nextToken: token }) };
  };
  const server = serveAwsCalls({ 'Logs_20140328.FilterLogEvents': filter }, async () => undefined);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests },
    /** As they are forgotten after a day. */
    forgetTokens: () => given.clear(),
    stop: () => void server.close().closeAllConnections(),
  };
}
