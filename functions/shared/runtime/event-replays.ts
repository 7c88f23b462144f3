import {
  CancelReplayCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  EventBridgeServiceException,
  IllegalStatusException,
  LimitExceededException,
  ResourceNotFoundException,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import { ruleName } from '#contract/event-types.ts';
import type { DescribedReplay } from '#core/event-replay.ts';
import { readResource } from './config.ts';

/** A wait for the answer of one call; three of them fit into what an HTTP API waits. */
const client = new EventBridgeClient({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 4_000 },
});

export interface DescribedArchive {
  readonly name: string;
  /** 0: it keeps events for good. */
  readonly retentionDays: number;
  readonly createdAt: Date;
  /** Of the whole archive; EventBridge counts them late by up to a day. */
  readonly events: number;
  readonly bytes: number;
}

/** The archive of the service's bus. @throws what EventBridge says */
export async function describeArchive(): Promise<DescribedArchive> {
  const name = readResource('eventArchive').split('/').at(-1)!;
  const archive = await client.send(new DescribeArchiveCommand({ ArchiveName: name }));
  const { RetentionDays = 0, CreationTime, EventCount = 0, SizeBytes = 0 } = archive;
  const createdAt = CreationTime ?? new Date(0);
  return { name, retentionDays: RetentionDays, createdAt, events: EventCount, bytes: SizeBytes };
}

export interface ReplayOrder {
  readonly name: string;
  /** In whole seconds; `to` is left out. */
  readonly from: Date;
  readonly to: Date;
  /** Whose rules get the events; a replay goes to these rules of the bus and no others. */
  readonly types: readonly string[];
}

/** @throws what EventBridge says: `isLimit`, `isRefusal` tell what it means */
export async function startReplay({ name, from, to, types }: ReplayOrder): Promise<void> {
  const bus = readResource('eventBus');
  await client.send(
    new StartReplayCommand({
      ReplayName: name,
      EventSourceArn: readResource('eventArchive'),
      EventStartTime: from,
      EventEndTime: to,
      Destination: { Arn: bus, FilterArns: types.map((type) => ruleArn(bus, type)) },
    }),
  );
}

/** `arn:…:event-bus/BUS` → `arn:…:rule/BUS/RULE`. */
const ruleArn = (bus: string, type: string) => `${bus.replace(':event-bus/', ':rule/')}/${ruleName(type)}`;

/** Undefined: there is none of this name. @throws what else EventBridge says */
export async function describeReplay(name: string): Promise<DescribedReplay | undefined> {
  try {
    const replay = await client.send(new DescribeReplayCommand({ ReplayName: name }));
    return {
      state: replay.State ?? 'UNKNOWN',
      reason: replay.StateReason ?? null,
      replayedUntil: replay.EventLastReplayedTime ?? null,
      endedAt: replay.ReplayEndTime ?? null,
    };
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** @returns whether it was still under way. @throws what else EventBridge says */
export async function cancelReplay(name: string): Promise<boolean> {
  try {
    await client.send(new CancelReplayCommand({ ReplayName: name }));
    return true;
  } catch (error) {
    if (error instanceof IllegalStatusException || error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}

/** As many replays are under way as an account may have. */
export const isLimit = (error: unknown): boolean => error instanceof LimitExceededException;

/** EventBridge did not take the call; of anything else it is not known whether it did. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof EventBridgeServiceException && error.$fault === 'client';
