import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readTraceParent } from '#core/check-envelope.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const INVOCATION = '1-581cf771-a006649127e371903a2de979';

let daemon: Socket;
const received: string[] = [];
type Module = typeof import('#runtime/send-trace-segments.ts');
let sendTraceSegments: Module['sendTraceSegments'];

beforeAll(async () => {
  daemon = createSocket('udp4').on('message', (message) => void received.push(message.toString()));
  await once(daemon.bind(0, '127.0.0.1'), 'listening');
  Object.assign(process.env, {
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x', // where it is not set, Powertools traces nothing
    _X_AMZN_TRACE_ID: `Root=${INVOCATION};Parent=557abcec3ee5a047;Sampled=1`,
  });
  ({ sendTraceSegments } = await import('#runtime/send-trace-segments.ts'));
});
beforeEach(() => {
  received.length = 0;
  process.env.AWS_XRAY_DAEMON_ADDRESS = `127.0.0.1:${(daemon.address() as AddressInfo).port}`;
});
afterAll(() => daemon.close());

/** As `readEvent` takes it from an event of this `traceparent`. */
function traced(traceparent: string) {
  const trace = readTraceParent(traceparent);
  return {
    ...{ type: 'analytics.page_view' as const, traceId: trace?.traceId ?? null },
    sampledParentId: trace?.isSampled ? trace.parentId : null,
  };
}
const distinct = (count: number) =>
  Array.from({ length: count }, (_, index) => traced(`00-${(index + 1).toString(16).padStart(32, '0')}-${SPAN}-01`));
const untilReceived = async (count: number) => {
  for (let waits = 0; received.length < count && waits < 100; waits++) await setTimeout(5);
  await setTimeout(20); // for one too many
  return received.map((message) => {
    const [header, document] = message.split('\n') as [string, string];
    expect(JSON.parse(header)).toEqual({ format: 'json', version: 1 });
    return JSON.parse(document);
  });
};

it('adds a segment to the trace of the publisher, below its span', async () => {
  const began = Date.now();
  sendTraceSegments([traced(`00-${TRACE}-${SPAN}-01`), traced(`00-${TRACE}-${SPAN}-01`)], began);
  const [segment, ...more] = await untilReceived(1);
  expect(more).toEqual([]);
  expect(segment).toEqual({
    name: 'commerce-analytics',
    id: expect.stringMatching(/^[\da-f]{16}$/),
    trace_id: '1-4bf92f35-77b34da6a3ce929d0e0e4736',
    parent_id: SPAN,
    start_time: began / 1000,
    end_time: expect.any(Number),
    annotations: { event_type: 'analytics.page_view', events: 2, invocation_trace: INVOCATION },
  });
  expect(segment.end_time).toBeGreaterThanOrEqual(segment.start_time);
});

it.each([
  ['not sampled', `00-${TRACE}-${SPAN}-00`],
  ['sampled by another bit only', `00-${TRACE}-${SPAN}-02`],
  ['broken', `00-${TRACE}-${SPAN}`],
  ['without a span', `00-${TRACE}-${'0'.repeat(16)}-01`],
])('sends nothing for a traceparent that is %s', async (_, traceparent) => {
  sendTraceSegments([traced(traceparent)], Date.now());
  expect(await untilReceived(0)).toEqual([]);
});

it('sends at most 20 of a batch, in no time that ingestion would feel', async () => {
  const began = performance.now();
  sendTraceSegments(distinct(1000), Date.now());
  expect(performance.now() - began).toBeLessThan(100);
  expect(await untilReceived(20)).toHaveLength(20);
});

it.each(['', 'nowhere', '127.0.0.1:1', 'host.invalid:2000', '127.0.0.1:99999', '127.0.0.1:0'])(
  'fails nothing when the daemon is %j',
  async (address) => {
    process.env.AWS_XRAY_DAEMON_ADDRESS = address;
    sendTraceSegments(distinct(5), Date.now());
    await setTimeout(50);
    expect(received).toEqual([]);
  },
);
