import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { serviceName } from '#contract/metrics.ts';
import type { MaskedEvent } from '#core/event.ts';
import { tracer } from './observability.ts';

/** A batch holds up to 1,000 events: a document for each would cost more than the batch. */
const MAX_SEGMENTS = 20;
const HIGHEST_PORT = 65_535;
/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon */
const HEADER = '{"format":"json","version":1}\n';

const socket = createSocket('udp4').unref();
// An error that nobody listens to would end the process
socket.on('error', () => {});

type Traced = Pick<MaskedEvent, 'type' | 'traceId' | 'sampledParentId'>;

/**
 * Adds to the publishers' traces that their events were stored. Lambda's own segment belongs to its invocation's trace
 * and takes no other id, so each sampled event's trace gets a segment of its own, through the daemon that Lambda runs. It
 * is told and forgotten: UDP on this host, no answer, no error.
 * @param began epoch milliseconds
 */
export function sendTraceSegments(events: readonly Traced[], began: number): void {
  const sampled = events.filter(({ traceId, sampledParentId }) => traceId !== null && sampledParentId !== null);
  const daemon = /^(?:udp:)?([^:\s]+):([1-9]\d{0,4})/.exec(process.env.AWS_XRAY_DAEMON_ADDRESS ?? '');
  const [, host, port] = daemon ?? [];
  if (!tracer.isTracingEnabled() || !port || Number(port) > HIGHEST_PORT || sampled.length === 0) return;
  const documents = [...Map.groupBy(sampled, ({ traceId }) => traceId).values()].slice(0, MAX_SEGMENTS);
  for (const [event, ...others] of documents) {
    if (event)
      socket.send(HEADER + JSON.stringify(toSegment(event, others.length + 1, began)), Number(port), host, () => {});
  }
}

/** A W3C trace id is X-Ray's without its version and hyphens, a span id the id of the segment above. */
function toSegment({ type, traceId, sampledParentId }: Traced, events: number, began: number) {
  return {
    name: serviceName,
    id: randomBytes(8).toString('hex'),
    trace_id: `1-${traceId?.slice(0, 8)}-${traceId?.slice(8)}`,
    parent_id: sampledParentId,
    start_time: began / 1000,
    end_time: Date.now() / 1000,
    annotations: { event_type: type, events, invocation_trace: tracer.getRootXrayTraceId() ?? 'none' },
  };
}
