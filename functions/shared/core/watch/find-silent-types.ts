/** Events of a type by their `time`, in windows of 24 h: the last one, then the same hours of the same weekday, week by week. */
export interface TypeHistory {
  readonly type: string;
  readonly last: number;
  readonly weeksBefore: readonly number[];
}

/**
 * A type "normally" has events where each of the four windows had so many. With 80 in four windows, the next one is empty by
 * chance with (4/5)^80.5 = 1.6e-8 (Poisson, Jeffreys' prior): of 12 types each day once in 14,000 years. Not covered by that
 * figure: a day on which a shop is closed. A type that is rare, seasonal or younger than four weeks is never silent.
 */
const LEAST_EVENTS = 20;
export const HEARTBEAT_WEEKS = 4;

export function findSilentTypes(types: readonly TypeHistory[]): string[] {
  return types
    .filter(({ last, weeksBefore }) => last === 0 && weeksBefore.length === HEARTBEAT_WEEKS)
    .filter(({ weeksBefore }) => weeksBefore.every((count) => count >= LEAST_EVENTS))
    .map(({ type }) => type);
}
