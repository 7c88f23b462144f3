import { reasons } from '#contract/dead-letters.ts';
import {
  amount,
  closed,
  count,
  currency,
  date,
  eventType,
  instant,
  listOf,
  oneOf,
  orNull,
  type QueryDocumentation,
  quantity,
  text,
  textOrNull,
} from '../parts.ts';
import { common, page, paged } from '../shared.ts';

const aggregates = ['order', 'payment', 'return', 'shipment', 'stock'];

export const documentation: QueryDocumentation = {
  summary: 'What is missing, late, refused or restated',
  description: '`granularity`, `channel` and `compare` are taken and change nothing. `limit` and `cursor` page `gaps`.',
  parameters: [...common, ...page],
  data: closed({
    gaps: listOf(
      closed({
        aggregate: oneOf(aggregates),
        id: { type: 'string', description: 'Of stock: product@warehouse' },
        missing: listOf({ type: 'integer', minimum: 1 }, { maxItems: 100 }),
      }),
      { maxItems: 500 },
    ),
    ordersWithoutCreation: count,
    late: closed({ count, byType: listOf(closed({ type: eventType, count })) }),
    rejected: listOf(closed({ type: textOrNull, reason: oneOf(reasons), count })),
    reconciliations: listOf(
      closed({
        ...{ kind: oneOf(['count', 'rate']), type: text, source: textOrNull, from: instant, to: instant },
        ...{ expected: quantity, found: quantity, missing: quantity, deadLettered: orNull(count) },
        ...{ probability: { type: ['number', 'null'], minimum: 0, maximum: 1 }, acknowledged: { type: 'boolean' } },
      }),
      { maxItems: 100 },
    ),
    restatements: listOf(
      closed({
        ...{
          day: date,
          timezone: text,
          currency,
          channel: text,
          metric: text,
          before: amount,
          after: amount,
          delta: amount,
        },
        ...{ lateEvents: count, reportedAt: instant, restatedAt: instant },
      }),
      { maxItems: 100 },
    ),
  }),
  meta: paged,
};
