import { randomUUID } from 'node:crypto';
import { AwsError, type AwsOperation } from '../services/serve-aws-calls.ts';
import type { BusEvent } from './deliver-event.ts';

interface Entry {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly EventBusName?: string;
  readonly Resources?: readonly string[];
  readonly Time?: number;
}

const MAX_ENTRIES = 10;
/** 1 MiB for the whole request since January 2026. */
const MAX_REQUEST_BYTES = 1_048_576;

/** `PutEvents`: refuses what EventBridge refuses, and gives the rest to `accept`. */
export function putEvents(buses: readonly string[], accept: (event: BusEvent) => void): AwsOperation {
  return (request) => {
    const entries = (request.Entries ?? []) as readonly Entry[];
    if (entries.length === 0 || entries.length > MAX_ENTRIES) {
      throw new AwsError('ValidationException', `Entries must have 1 to ${MAX_ENTRIES} members`);
    }
    if (entries.reduce((sum, entry) => sum + entrySize(entry), 0) > MAX_REQUEST_BYTES) {
      throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
    }
    const results = entries.map((entry) => {
      const refusal = refuse(entry, buses);
      if (refusal) return refusal;
      const event = toEvent(entry as Required<Entry>);
      accept(event);
      return { EventId: event.id };
    });
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
  };
}

/** As EventBridge counts: 14 bytes for a time, and the UTF-8 lengths of the texts. */
function entrySize({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return (Time === undefined ? 0 : 14) + texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

function refuse(entry: Entry, buses: readonly string[]): { ErrorCode: string; ErrorMessage: string } | undefined {
  for (const field of ['Source', 'DetailType', 'Detail'] as const) {
    if (!entry[field]) {
      return {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: `Parameter ${field} is not valid. Reason: ${field} is a required argument.`,
      };
    }
  }
  if (!isJsonObject(entry.Detail!)) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const bus = busName(entry);
  if (bus === 'default' || buses.includes(bus)) return undefined;
  return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Event bus does not exist.' };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const busName = ({ EventBusName = 'default' }: Entry) => EventBusName.split('/').at(-1)!;

function toEvent(entry: Required<Entry>): BusEvent {
  return {
    id: randomUUID(),
    bus: busName(entry),
    source: entry.Source,
    detailType: entry.DetailType,
    time: new Date(entry.Time ? entry.Time * 1000 : Date.now()).toISOString().replace(/\.\d+/, ''),
    resources: entry.Resources ?? [],
    detail: entry.Detail.toWellFormed(),
  };
}
