import { deadLetterStatuses, reasons } from '#contract/dead-letters.ts';
import {
  closed,
  count,
  instant,
  listOf,
  oneOf,
  orNull,
  pathParameter,
  quantity,
  rate,
  rowId,
  type Schema,
  text,
  textOrNull,
} from './parts.ts';

export const idParameter = (of: string) => pathParameter('id', rowId, `Of the ${of}`);

/** What a change that is of one row answers: of a dry run the second count is 0. */
export const doneTo = (verb: string) => closed({ id: rowId, matched: { const: 1 }, [verb]: { enum: [0, 1] } });

/** A row of the list of dead letters. */
export const letter = {
  id: rowId,
  type: textOrNull,
  reason: oneOf(reasons),
  pointer: { type: 'string', description: 'JSON pointer of what failed' },
  keyword: { type: 'string', description: 'Of the schema that failed' },
  source: textOrNull,
  eventId: textOrNull,
  receivedAt: instant,
  status: oneOf(deadLetterStatuses),
  replays: count,
} satisfies Readonly<Record<string, Schema>>;

/** Which dead letters: query parameters of the list, members of a replay's body. */
export const letterFilter = {
  type: text,
  reason: oneOf(reasons),
  status: oneOf(deadLetterStatuses),
  from: { type: 'string', description: 'A date of the business time zone, or an RFC 3339 date-time with offset' },
  to: { type: 'string', description: 'Likewise; half open, of when the event came to the service' },
} satisfies Readonly<Record<string, Schema>>;

const replayStatus = oneOf(['running', 'succeeded', 'failed', 'cancelled']);

export const known = {
  events: { ...count, description: 'Events of the range that were stored when the replay was asked for' },
  isAtLeast: { type: 'boolean', description: 'There are more than were counted' },
} satisfies Readonly<Record<string, Schema>>;

/** A replay from the bus archive. */
export const replay = {
  ...{ id: rowId, name: text, from: instant, to: instant, types: listOf(text), status: replayStatus },
  state: { ...textOrNull, description: "EventBridge's own word" },
  reason: textOrNull,
  replayedUntil: orNull(instant),
  requestedAt: instant,
  finishedAt: orNull(instant),
  progress: orNull(rate),
  known: closed(known),
} satisfies Readonly<Record<string, Schema>>;

export const notes = { notes: listOf(text) };

/** A range as a body gives it. */
export const range = {
  from: { type: 'string', description: 'A date of the business time zone, or an RFC 3339 date-time with offset' },
  to: { type: 'string', description: 'Likewise; half open' },
} satisfies Readonly<Record<string, Schema>>;

/** What the hourly rollups say of a range, by currency. */
export const rollups = listOf(
  closed({
    currency: text,
    placed: quantity,
    ...{ gross: text, discounts: text, cancellations: text, returns: text, collected: text },
  }),
);
