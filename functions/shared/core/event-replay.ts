/** What the service calls the end of a replay; it is `running` until EventBridge says that it ended. */
export const replayStatuses = ['running', 'succeeded', 'failed', 'cancelled'] as const;
export type ReplayStatus = (typeof replayStatuses)[number];

/** A replay as EventBridge describes it. */
export interface DescribedReplay {
  /** STARTING, RUNNING, CANCELLING, COMPLETED, CANCELLED or FAILED. */
  readonly state: string;
  readonly reason: string | null;
  /** Time of the last event that was replayed. */
  readonly replayedUntil: Date | null;
  readonly endedAt: Date | null;
}

const ended: Readonly<Record<string, ReplayStatus>> = {
  COMPLETED: 'succeeded',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
};

export const statusOf = (state: string): ReplayStatus => ended[state] ?? 'running';

/** A replay is written down before it is started: one that EventBridge does not know by then was never begun. */
const GRACE_MS = 15 * 60_000;

/** What is known of a replay now. `described` undefined: EventBridge has none of its name. Null: nothing new. */
export function judgeReplay(
  described: DescribedReplay | undefined,
  requestedAt: Date,
  now: Date,
): (DescribedReplay & { readonly status: ReplayStatus }) | null {
  if (described) {
    const status = statusOf(described.state);
    return { ...described, status, endedAt: status === 'running' ? null : (described.endedAt ?? now) };
  }
  if (now.getTime() - requestedAt.getTime() < GRACE_MS) return null;
  const reason = 'EventBridge has no replay of this name';
  return { status: 'failed', state: 'UNKNOWN', reason, replayedUntil: null, endedAt: now };
}

/** Share of the range that is replayed, 0 to 1; null while it is not known. */
export function progressOf(replay: {
  readonly status: ReplayStatus;
  readonly from: Date;
  readonly to: Date;
  readonly replayedUntil: Date | null;
}): number | null {
  const { status, from, to, replayedUntil } = replay;
  if (status === 'succeeded') return 1;
  if (replayedUntil === null) return null;
  const share = (replayedUntil.getTime() - from.getTime()) / (to.getTime() - from.getTime());
  return Math.round(Math.min(1, Math.max(0, share)) * 1000) / 1000;
}

/**
 * The range in whole seconds, in which EventBridge keeps an event's time: no event of the asked range is left out. It does
 * not reach into the second under way.
 */
export function wholeSeconds(from: Date, to: Date, now: Date): { readonly from: Date; readonly to: Date } {
  const second = (time: number) => time * 1000;
  const end = Math.min(Math.ceil(to.getTime() / 1000), Math.floor(now.getTime() / 1000));
  return { from: new Date(second(Math.floor(from.getTime() / 1000))), to: new Date(second(end)) };
}
