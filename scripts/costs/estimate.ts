import { eventTypes } from '#contract/event-types.ts';
import { metrics } from '#contract/metrics.ts';
import type { Counted } from './count-resources.ts';
import { assumed, measured } from './measured.ts';
import { type Price, prices } from './prices.ts';

const MILLION = 1e6;
const GB = 1e9;
const HOURS = 730;
const SECONDS = HOURS * 3_600;

export interface Line {
  readonly service: string;
  readonly what: string;
  /** USD a month. */
  readonly usd: number;
}

export interface Estimate {
  readonly eventsPerMonth: number;
  readonly lines: readonly Line[];
  readonly total: number;
  /** What it costs before the first event. */
  readonly fixed: number;
  readonly perMillion: number;
  /** Averages that the sums rest on. */
  readonly load: {
    readonly acu: number;
    readonly invocations: number;
    readonly storedGb: number;
    readonly ioMillions: number;
  };
}

/** What the counted resources cost with so many events a month, by service. Prices and units: prices.ts. */
export function estimate(counted: Counted, eventsPerMonth: number): Estimate {
  const lines = linesFor(counted, eventsPerMonth);
  const total = sum(lines);
  return {
    eventsPerMonth,
    lines,
    total,
    fixed: sum(linesFor(counted, 0)),
    perMillion: total / (eventsPerMonth / MILLION),
    load: loadOf(counted, eventsPerMonth),
  };
}

const sum = (lines: readonly Line[]) => lines.reduce((total, { usd }) => total + usd, 0);

/** A batch closes when it is full or its window is over, so its size is what comes in a window, and at least one. */
function invocationsOf({ batchWindowSeconds }: Counted, events: number): number {
  return eventTypes.reduce((invocations, { type, batchSize }) => {
    const own = events * (measured.shares[type] ?? 0);
    return invocations + own / Math.min(batchSize, 1 + (own / SECONDS) * batchWindowSeconds);
  }, 0);
}

/** Of the first request each second and a twentieth of the others: X-Ray's own rule. */
const tracesOf = (invocations: number) => Math.min(invocations, SECONDS) + 0.05 * Math.max(0, invocations - SECONDS);

function loadOf(counted: Counted, events: number): Estimate['load'] {
  const busyCores = ((events / SECONDS) * measured.databaseMsPerEvent) / 1_000;
  const rawMonths = Math.min(assumed.monthsRunning, counted.archiveDays / 30 + 1);
  const writes = (events * measured.walBytesPerEvent) / 4_096;
  return {
    acu: Math.min(counted.maxCapacity, counted.minCapacity + busyCores * assumed.acuPerCore * assumed.loadFactor),
    invocations: invocationsOf(counted, events),
    storedGb:
      (events * (measured.rawBytesPerEvent * rawMonths + measured.factBytesPerEvent * assumed.monthsRunning)) / GB,
    ioMillions: (writes * (1 + assumed.readsPerWrite)) / MILLION,
  };
}

function linesFor(counted: Counted, events: number): Line[] {
  const { acu, invocations, storedGb, ioMillions } = loadOf(counted, events);
  const queries = events * assumed.queriesPerEvent;
  const gbSeconds = (memoryMb: number, ms: number) => (memoryMb / 1_024) * (ms / 1_000);
  const functionSeconds =
    gbSeconds(counted.ingestMemoryMb, events * measured.coreMsPerEvent + invocations * assumed.startMsPerInvocation) +
    gbSeconds(counted.queryMemoryMb, queries * assumed.queryMs) +
    gbSeconds(counted.jobMemoryMb, counted.scheduledRuns * assumed.jobMs);
  const calls = invocations + queries + counted.scheduledRuns;
  // The bus sends one at a time; receiving and deleting go by tens.
  const sqsRequests = events * 1.2 + counted.consumedQueues * assumed.pollers * (SECONDS / assumed.pollSeconds);
  const eventGb = (events * measured.eventBytes) / GB;
  const changedGb = ((events * measured.walBytesPerEvent) / GB) * (counted.backupDays / 30);
  const metricCount = Object.keys(metrics).length;
  return [
    line('Aurora', 'capacity', acu * counted.instances * HOURS, prices.auroraAcuHour),
    line('Aurora', 'storage', storedGb, prices.auroraStorage),
    line('Aurora', 'I/O', ioMillions, prices.auroraIo),
    line('Aurora', 'backups', changedGb, prices.auroraBackup),
    line('Lambda', 'time', functionSeconds, prices.lambdaGbSecond),
    line('Lambda', 'requests', calls / MILLION, prices.lambdaRequests),
    line('SQS', 'requests, empty ones too', sqsRequests / MILLION, prices.sqsRequests),
    line('EventBridge', 'bus', events / MILLION, prices.busEvents),
    line('EventBridge', 'archiving', eventGb, prices.archiveProcessing),
    line('EventBridge', 'archive', (eventGb * counted.archiveDays) / 30, prices.archiveStorage),
    line('EventBridge', 'schedules', counted.scheduledRuns / MILLION, prices.schedules),
    line('DynamoDB', 'writes', events / MILLION, prices.dynamoWrites),
    line('DynamoDB', 'reads', events / MILLION, prices.dynamoReads),
    line('DynamoDB', 'storage', ((events * 16) / 30) * (assumed.recordBytes / GB), prices.dynamoStorage),
    line('API Gateway', 'requests', queries / MILLION, prices.apiRequests),
    line('CloudWatch', 'alarms', counted.alarms, prices.alarms),
    line('CloudWatch', 'metrics', metricCount, prices.customMetrics),
    line('CloudWatch', 'dashboards', counted.dashboards, prices.dashboards),
    line('CloudWatch', 'logs', (calls * measured.logBytesPerInvocation) / GB, prices.logsIngested),
    line('X-Ray', 'traces', tracesOf(calls) / MILLION, prices.traces),
    line('KMS', 'keys', counted.keys, prices.keys),
    line('Secrets Manager', 'secrets', counted.secrets, prices.secrets),
    line('VPC', 'endpoints', counted.endpointZones * HOURS, prices.endpointHour),
  ];
}

const line = (service: string, what: string, quantity: number, { usd }: Price): Line => ({
  ...{ service, what },
  usd: quantity * usd,
});
