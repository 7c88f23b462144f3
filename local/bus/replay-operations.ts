import { AwsError, type AwsOperation } from '../services/serve-aws-calls.ts';
import { arn } from '../template/resource-attributes.ts';
import type { BusEvent } from './deliver-event.ts';
import type { EventArchive } from './event-archive.ts';
import { type Replay, runReplay } from './run-replay.ts';

export interface ReplayDependencies {
  readonly archives: readonly EventArchive[];
  /** ARNs of the rules that there are. */
  readonly ruleArns: readonly string[];
  /** To the rules of these ARNs, to every rule where none is given. */
  readonly deliver: (event: BusEvent, replayName: string, ruleArns: readonly string[]) => void;
}

export interface Replays {
  readonly operations: Readonly<Record<string, AwsOperation>>;
  /** Ends those under way. */
  stop(): void;
}

/** EventBridge's quota for one account and region. */
const MOST_AT_ONCE = 10;
const NAME = /^[.\-_A-Za-z0-9]{1,64}$/;

/**
 * `StartReplay`, `DescribeReplay`, `CancelReplay` and `DescribeArchive`, refusing what EventBridge refuses. Replays are
 * kept in memory: after a restart of the runner there is none of their names.
 */
export function startReplays({ archives, ruleArns, deliver }: ReplayDependencies): Replays {
  const replays = new Map<string, Replay>();

  const find = ({ ReplayName }: Readonly<Record<string, unknown>>): Replay => {
    const replay = replays.get(String(ReplayName));
    if (!replay) throw new AwsError('ResourceNotFoundException', `Replay ${ReplayName} does not exist.`);
    return replay;
  };
  const start: AwsOperation = (request) => {
    const name = String(request.ReplayName);
    const archive = archives.find((candidate) => candidate.arn === request.EventSourceArn);
    const { Arn, FilterArns = [] } = (request.Destination ?? {}) as { Arn?: string; FilterArns?: readonly string[] };
    const [from, to] = [readTime(request, 'EventStartTime'), readTime(request, 'EventEndTime')];
    if (!NAME.test(name)) throw new AwsError('ValidationException', 'ReplayName does not match its pattern.');
    if (!archive) throw new AwsError('ResourceNotFoundException', `Archive ${request.EventSourceArn} does not exist.`);
    if (Arn !== archive.sourceArn) {
      throw new AwsError('ValidationException', 'Destination must be the event bus of the archive.');
    }
    if (from >= to) throw new AwsError('ValidationException', 'EventStartTime must be before EventEndTime.');
    const unknown = FilterArns.find((ruleArn) => !ruleArns.includes(ruleArn));
    if (unknown !== undefined) throw new AwsError('ValidationException', `Rule ${unknown} is not of the event bus.`);
    if (replays.has(name)) throw new AwsError('ResourceAlreadyExistsException', `Replay ${name} already exists.`);
    if ([...replays.values()].filter(isOpen).length >= MOST_AT_ONCE) {
      throw new AwsError('LimitExceededException', 'The account has the most replays under way that it may have.');
    }
    const replay = runReplay({ from, to, archive, deliver: (event) => deliver(event, name, FilterArns) });
    replays.set(name, replay);
    return { ReplayArn: replayArn(name), State: replay.state, ReplayStartTime: seconds(replay.startedAt) };
  };
  const describe: AwsOperation = (request) => {
    const replay = find(request);
    return {
      ...{ ReplayName: request.ReplayName, ReplayArn: replayArn(String(request.ReplayName)) },
      ...{ State: replay.state, StateReason: replay.reason, EventSourceArn: replay.archive.arn },
      ...{ EventStartTime: seconds(replay.from), EventEndTime: seconds(replay.to) },
      EventLastReplayedTime: replay.lastReplayed && seconds(replay.lastReplayed),
      ReplayStartTime: seconds(replay.startedAt),
      ReplayEndTime: replay.endedAt && seconds(replay.endedAt),
    };
  };
  const cancel: AwsOperation = (request) => {
    const replay = find(request);
    if (!isOpen(replay)) throw new AwsError('IllegalStatusException', `Replay ${request.ReplayName} is not running.`);
    replay.cancel();
    return { ReplayArn: replayArn(String(request.ReplayName)), State: replay.state };
  };
  const describeArchive: AwsOperation = ({ ArchiveName }) => {
    const archive = archives.find(({ name }) => name === ArchiveName);
    if (!archive) throw new AwsError('ResourceNotFoundException', `Archive ${ArchiveName} does not exist.`);
    const { events, bytes } = archive.size();
    return {
      ...{ ArchiveName, ArchiveArn: archive.arn, EventSourceArn: archive.sourceArn, State: 'ENABLED' },
      ...{ RetentionDays: archive.retentionDays, EventCount: events, SizeBytes: bytes },
      CreationTime: seconds(archive.createdAt),
    };
  };
  return {
    operations: {
      'AWSEvents.StartReplay': start,
      'AWSEvents.DescribeReplay': describe,
      'AWSEvents.CancelReplay': cancel,
      'AWSEvents.DescribeArchive': describeArchive,
    },
    stop: () => {
      for (const replay of replays.values()) if (isOpen(replay)) replay.cancel();
    },
  };
}

const isOpen = ({ state }: Replay) => state === 'STARTING' || state === 'RUNNING';
const replayArn = (name: string) => arn('events', `replay/${name}`);
const seconds = (time: Date) => time.getTime() / 1000;

function readTime(request: Readonly<Record<string, unknown>>, name: string): Date {
  const value = request[name];
  if (typeof value !== 'number') throw new AwsError('ValidationException', `${name} must be a timestamp.`);
  return new Date(value * 1000);
}
