import { randomUUID } from 'node:crypto';
import type { Queues } from '../queues/start-queues.ts';
import { AwsError, type AwsOperation } from '../services/serve-aws-calls.ts';
import { ACCOUNT, REGION } from '../template/resource-attributes.ts';
import { matchesPattern } from './match-pattern.ts';
import type { BusRule, RuleTarget } from './read-rules.ts';

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

/** `PutEvents`: refuses what EventBridge refuses, and delivers the rest to the targets of the rules that match. */
export function putEvents(
  buses: readonly string[],
  rules: readonly BusRule[],
  queues: Pick<Queues, 'send'>,
  log: (line: string) => void,
): AwsOperation {
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
      const id = randomUUID();
      deliver(id, entry as Required<Entry>, rules, queues, log);
      return { EventId: id };
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

function deliver(
  id: string,
  entry: Required<Entry>,
  rules: readonly BusRule[],
  queues: Pick<Queues, 'send'>,
  log: (line: string) => void,
): void {
  const envelope = {
    version: '0',
    id,
    'detail-type': entry.DetailType,
    source: entry.Source,
    account: ACCOUNT,
    time: new Date(entry.Time ? entry.Time * 1000 : Date.now()).toISOString().replace(/\.\d+/, ''),
    region: REGION,
    resources: entry.Resources ?? [],
  };
  const bus = busName(entry);
  const event = { ...envelope, detail: JSON.parse(entry.Detail) as unknown };
  // The sender's own text goes on: parsing and writing it again would round numbers such as 2^53 + 1. What UTF-8 cannot
  // carry (a lone surrogate) is replaced, as on the wire.
  const detail = entry.Detail.toWellFormed();
  const whole = `${JSON.stringify(envelope).slice(0, -1)},"detail":${detail}}`;
  for (const rule of rules) {
    if (rule.bus !== bus || !matchesPattern(rule.pattern, event)) continue;
    for (const target of rule.targets) deliverTo(rule, target, target.inputPath ? detail : whole, queues, log);
  }
}

/** A target that refuses the message loses nothing: its dead-letter queue gets it, with the attributes of EventBridge. */
function deliverTo(
  rule: BusRule,
  target: RuleTarget,
  body: string,
  queues: Pick<Queues, 'send'>,
  log: (line: string) => void,
): void {
  const refused = queues.send(target.queueArn, body);
  if (!refused) return;
  const attributes = {
    RULE_ARN: rule.arn,
    TARGET_ARN: target.queueArn,
    ERROR_CODE: 'SDK_CLIENT_ERROR',
    ERROR_MESSAGE: refused,
  };
  const lost = target.deadLetterArn
    ? queues.send(target.deadLetterArn, body, attributes)
    : 'it has no dead-letter queue';
  if (lost) log(`A message for ${target.queueArn} is lost: ${refused}; ${lost}`);
}
