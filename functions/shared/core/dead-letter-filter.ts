import type { DeadLetterStatus, Reason } from '#contract/dead-letters.ts';
import { deadLetterStatuses, reasons } from '#contract/dead-letters.ts';
import { displayableIdentifier } from './displayable-identifier.ts';
import { BadParameter } from './problem.ts';
import { readChoice, readInstant } from './query-parameters.ts';

/** Which dead letters; null is any. `from` and `to` are instants in RFC 3339, half open, of when the event came. */
export interface DeadLetterFilter {
  readonly type: string | null;
  readonly reason: Reason | null;
  readonly status: DeadLetterStatus | null;
  readonly from: string | null;
  readonly to: string | null;
}

export const filterNames = ['type', 'reason', 'status', 'from', 'to'] as const;

/**
 * @param zone whose days a date without a time means
 * @throws {BadParameter} naming the parameter and what it must be
 */
export function readDeadLetterFilter(parameters: ReadonlyMap<string, string>, zone: string): DeadLetterFilter {
  return {
    type: readType(parameters.get('type')),
    reason: readChoice(parameters, 'reason', reasons) ?? null,
    status: readChoice(parameters, 'status', deadLetterStatuses) ?? null,
    from: readInstant(parameters, 'from', zone)?.toString() ?? null,
    to: readInstant(parameters, 'to', zone)?.toString() ?? null,
  };
}

/** Also a type without a subscription, in the form in which a dead letter shows one: it is repeated in the audit. */
function readType(text: string | undefined): string | null {
  if (text === undefined) return null;
  const type = displayableIdentifier(text, 4);
  if (type === null) throw new BadParameter('type', 'expected an event type');
  return type;
}
