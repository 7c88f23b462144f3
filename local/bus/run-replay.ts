import { setTimeout } from 'node:timers/promises';
import type { BusEvent } from './deliver-event.ts';
import type { EventArchive } from './event-archive.ts';

export interface ReplayOrder {
  readonly from: Date;
  readonly to: Date;
  readonly archive: EventArchive;
  readonly deliver: (event: BusEvent) => void;
}

export interface Replay extends Pick<ReplayOrder, 'from' | 'to' | 'archive'> {
  readonly state: 'STARTING' | 'RUNNING' | 'CANCELLING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  readonly reason: string | undefined;
  readonly startedAt: Date;
  readonly endedAt: Date | undefined;
  /** Time of the last event that was replayed. */
  readonly lastReplayed: Date | undefined;
  cancel(): void;
}

/** 2,000 events a second at most: a replay shares two cores with what is live. */
const PACE = { events: 100, milliseconds: 50 };

/** Sends the archive's events of the range again, once each, until all are sent or it is cancelled. */
export function runReplay({ from, to, archive, deliver }: ReplayOrder): Replay {
  const replay = {
    ...{ from, to, archive, startedAt: new Date() },
    state: 'STARTING' as Replay['state'],
    reason: undefined as string | undefined,
    endedAt: undefined as Date | undefined,
    lastReplayed: undefined as Date | undefined,
    cancel: () => {
      replay.state = 'CANCELLING';
    },
  };
  const isCancelled = () => replay.state === 'CANCELLING';
  const send = async () => {
    await setTimeout(PACE.milliseconds);
    if (!isCancelled()) replay.state = 'RUNNING';
    let sent = 0;
    for await (const event of archive.read(from, to)) {
      if (isCancelled()) break;
      deliver(event);
      replay.lastReplayed = new Date(event.time);
      sent += 1;
      if (sent % PACE.events === 0) await setTimeout(PACE.milliseconds);
    }
    replay.state = isCancelled() ? 'CANCELLED' : 'COMPLETED';
  };
  void send()
    .catch((error: Error) => {
      replay.state = 'FAILED';
      replay.reason = error.message;
    })
    .finally(() => {
      replay.endedAt = new Date();
    });
  return replay;
}
