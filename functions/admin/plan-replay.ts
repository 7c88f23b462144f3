import { eventTypes, UNMATCHED } from '#contract/event-types.ts';
import { wholeSeconds } from '#core/event-replay.ts';
import { BadParameter } from '#core/problem.ts';
import type { DescribedArchive } from '#runtime/event-replays.ts';

export interface ReplayRequest {
  readonly from: Date;
  readonly to: Date;
  readonly types: readonly string[];
}

export interface ReplayPlan extends ReplayRequest {
  /** Since when the archive has everything. */
  readonly keptSince: Date;
  readonly notes: readonly string[];
}

const allTypes: readonly string[] = eventTypes.map(({ type }) => type);
const replayable: readonly string[] = [...allTypes, UNMATCHED];

/**
 * Event types from a list separated by commas; without one all that have a subscription: what none matches would only
 * become a dead letter again.
 * @throws {BadParameter}
 */
export function readTypes(text: string | undefined): readonly string[] {
  if (text === undefined) return allTypes;
  const types = [...new Set(text.split(',').map((type) => type.trim()))];
  if (!types.every((type) => replayable.includes(type))) {
    throw new BadParameter('types', `expected some of ${replayable.join(', ')}`);
  }
  return types;
}

const DAY_MS = 86_400_000;
/** "There may be a delay": EventBridge's own advice is to wait so long. */
const ARCHIVED_AFTER_MS = 10 * 60_000;

/** The range as EventBridge can replay it now. @throws {BadParameter} where it holds nothing that could be replayed */
export function planReplay({ from, to, types }: ReplayRequest, archive: DescribedArchive, now: Date): ReplayPlan {
  if (to > now) throw new BadParameter('to', 'expected not after now');
  const range = wholeSeconds(from, to, now);
  if (range.from >= range.to) throw new BadParameter('from', 'expected at least a second before to');
  const { retentionDays, createdAt } = archive;
  const retained = new Date(retentionDays === 0 ? 0 : now.getTime() - retentionDays * DAY_MS);
  const keptSince = retained > createdAt ? retained : createdAt;
  if (range.to <= keptSince) throw new BadParameter('to', 'expected after the beginning of what the archive keeps');
  const notes = [
    ...(range.from < keptSince ? ['The archive does not keep the beginning of this range (archive.keptSince)'] : []),
    ...(now.getTime() - to.getTime() < ARCHIVED_AFTER_MS
      ? ['Events of the last 10 minutes may not have reached the archive yet: a later replay of them is sure']
      : []),
  ];
  return { ...range, types, keptSince, notes };
}
