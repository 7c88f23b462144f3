import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';

export interface LogEvent {
  readonly stream: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
}

export interface LogPage {
  readonly events: readonly LogEvent[];
  /** Null: there are no more. A page without events may have one. */
  readonly token: string | null;
}

export interface LogRange {
  readonly group: string;
  /** Epoch milliseconds: events from `from` on and before `to`. */
  readonly from: number;
  readonly to: number;
  /** Of the page before; the range must be the same. */
  readonly token: string | null;
}

/** With its repetitions: without the endpoint in the network a call would wait for as long as the job has. */
const CALL_MILLISECONDS = 20_000;
const client = new CloudWatchLogsClient({});

/** A page of up to 1 MB or 10,000 events of all streams of a group. @throws what the client or the service says */
export async function filterLogEvents({ group, from, to, token }: LogRange): Promise<LogPage> {
  const { events = [], nextToken } = await client.send(
    new FilterLogEventsCommand({
      ...{ logGroupName: group, startTime: from, endTime: to - 1 }, // both ends are included
      ...(token !== null && { nextToken: token }),
    }),
    { abortSignal: AbortSignal.timeout(CALL_MILLISECONDS) },
  );
  return {
    events: events.map(({ logStreamName: stream = '', timestamp = 0, message = '' }) => ({
      stream,
      timestamp,
      message,
    })),
    token: nextToken ?? null,
  };
}
