import { eventTypes } from '#contract/event-types.ts';
import {
  closed,
  count,
  currency,
  instant,
  listOf,
  oneOf,
  orNull,
  type Parameter,
  type ParameterReference,
  parameter,
  type Schema,
  text,
  zonedInstant,
} from './parts.ts';

/** `#/components/schemas`, which `parts.ts` refers to. */
export const schemas: Readonly<Record<string, Schema>> = {
  Amount: {
    type: 'string',
    pattern: '^-?\\d+(\\.\\d+)?$',
    description: 'Exact, with at least the decimals of the currency',
    examples: ['537808.621', '823746.14'],
  },
  Average: {
    type: 'string',
    pattern: '^-?\\d+\\.\\d{4}$',
    description: 'Average or ratio of amounts, with 4 decimals, half up',
    examples: ['41.5100'],
  },
  Count: { type: 'integer', minimum: 0 },
  Rate: { type: 'number', minimum: 0, maximum: 1 },
  Change: {
    type: ['number', 'null'],
    description: '(now − before) ÷ before with 4 decimals; null where there was nothing before',
    examples: [0.25],
  },
  ZonedInstant: {
    type: 'string',
    format: 'date-time',
    description: 'With the offset of the zone of the answer',
    examples: ['2026-03-29T00:00:00+01:00'],
  },
  Instant: { type: 'string', format: 'date-time', description: 'In UTC', examples: ['2026-03-28T23:00:00.000Z'] },
  Date: { type: 'string', format: 'date' },
  EventType: oneOf(eventTypes.map(({ type }) => type)),
  Currency: { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217' },
  RowId: { type: 'string', pattern: '^[1-9]\\d{0,17}$' },
  Problem: {
    description: 'RFC 9457; never a value that was sent',
    ...closed(
      {
        type: { type: 'string', pattern: '^urn:commerce-analytics:problem:' },
        title: text,
        status: { type: 'integer', minimum: 400, maximum: 599 },
        detail: text,
      },
      {
        parameter: { type: 'string', description: 'What is wrong' },
        requestId: { type: 'string', description: 'Under which the logs say why' },
      },
    ),
  },
  GatewayMessage: { description: 'An answer of API Gateway itself', ...closed({ message: text }) },
};

const gateway = { 'application/json': { schema: { $ref: '#/components/schemas/GatewayMessage' } } };
const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** A problem document, and when it is answered. */
export const problemResponse = (description: string): Schema => ({ description, content: problem });

/** `#/components/responses` */
export const responses: Readonly<Record<string, Schema>> = {
  BadParameter: problemResponse('A parameter is unknown, malformed or repeated: `parameter` names it'),
  NotModified: { description: 'The data behind the answer of this `ETag` is still the same' },
  Unauthorized: { description: 'The token is missing or wrong', content: gateway },
  Forbidden: { description: 'The caller may not', content: gateway },
  TooManyRequests: { description: 'Throttled: try again', content: gateway },
  Internal: {
    description: 'The logs say why, under `requestId`',
    content: { ...problem, ...gateway },
  },
  Unavailable: {
    description: 'What the answer needs did not answer in time: try again, or ask for a shorter period',
    content: { ...problem, ...gateway },
  },
};

export const respondWith = (name: string): Schema => ({ $ref: `#/components/responses/${name}` });

/** Those of the query API that more than one route takes: `#/components/parameters`. */
export const parameters: Readonly<Record<string, Parameter>> = {
  from: parameter(
    'from',
    text,
    'A date (its first instant in the zone) or an RFC 3339 date-time with offset, from 1970 to 2199. Default: 30 days before `to`',
  ),
  to: parameter('to', text, 'Likewise; the period is half open, [from, to). Default: the start of today'),
  granularity: parameter(
    'granularity',
    { ...oneOf(['hour', 'day', 'week', 'month']), default: 'day' },
    'Buckets on the calendar of the zone; a week begins on Monday',
  ),
  timezone: parameter(
    'timezone',
    text,
    'IANA zone: whose days and hours these are. Default: the setting `ANALYTICS_TIME_ZONE`',
  ),
  currency: parameter(
    'currency',
    { type: 'string', pattern: '^[A-Z]{3}$' },
    'ISO 4217: what the answer is in. Default: the setting `ANALYTICS_CURRENCY`',
  ),
  channel: parameter(
    'channel',
    { type: 'string', minLength: 1, maxLength: 128 },
    'Only what carries this channel; `unknown` for what carries none',
  ),
  compare: parameter(
    'compare',
    oneOf(['previous_period']),
    'Adds a comparison with the period before, which has as many days and ends where this one begins',
  ),
  lens: parameter(
    'lens',
    { ...oneOf(['processed_date', 'order_date']), default: 'processed_date' },
    'Cancellations and returns on the day they happened, or on the day of their order',
  ),
  limit: parameter('limit', { type: 'integer', minimum: 1, maximum: 500, default: 50 }, 'Rows of a page'),
  cursor: parameter('cursor', text, 'The `meta.nextCursor` of the page before'),
  'If-None-Match': {
    ...{ name: 'If-None-Match', in: 'header', required: false, schema: text },
    description: 'The `ETag` of an answer to the same question: 304 where its data has not changed',
  },
};

export const shared = (...names: readonly string[]): ParameterReference[] =>
  names.map((name) => ({ $ref: `#/components/parameters/${name}` }));

/** Parameters of all routes of figures. */
export const common = shared('from', 'to', 'granularity', 'timezone', 'currency', 'channel', 'compare');
/** Those of a list; `paged` are the members that its `meta` then has. */
export const page = shared('limit', 'cursor');
export const paged = {
  nextCursor: { type: ['string', 'null'], description: '`cursor` of the next page; null on the last' },
};

/** `meta` of the query API. */
export const meta = {
  period: closed({
    ...{ from: zonedInstant, to: zonedInstant, timezone: text },
    granularity: oneOf(['hour', 'day', 'week', 'month']),
  }),
  currency,
  asOf: instant,
  freshness: closed({
    newestEventAt: { ...orNull(instant), description: '`time` of the newest event stored' },
    lagSeconds: { type: ['integer', 'null'], minimum: 0 },
    pendingWindows: {
      ...count,
      description: 'Hours of the period (overview: up to its end) whose sums are not recomputed yet',
    },
    complete: { type: 'boolean' },
  }),
  unconverted: { ...count, description: 'Orders placed that are in no sum, for want of an exchange rate' },
  notes: listOf(text),
} satisfies Readonly<Record<string, Schema>>;
