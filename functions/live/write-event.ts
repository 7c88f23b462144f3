/** https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
export interface ServerSentEvent {
  readonly event: string;
  readonly id?: string | undefined;
  /** A line of `data` for each of its lines. */
  readonly data: string;
}

export function writeEvent({ event, id, data }: ServerSentEvent): string {
  const lines = [`event: ${event}`, ...(id ? [`id: ${id}`] : []), ...data.split('\n').map((line) => `data: ${line}`)];
  return `${lines.join('\n')}\n\n`;
}

/** After how many milliseconds a client whose stream has ended connects again. */
export const writeRetry = (milliseconds: number): string => `retry: ${milliseconds}\n\n`;

/** What no client shows: it keeps a connection from being taken for a dead one. */
export const writeComment = (text: string): string => `: ${text}\n\n`;
