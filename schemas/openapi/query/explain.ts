import { explainedMetrics, filtersOf } from '#core/explained-metrics.ts';
import {
  amount,
  closed,
  count,
  currency,
  instant,
  listOf,
  oneOf,
  orNull,
  parameter,
  type QueryDocumentation,
  quantity,
  text,
  textOrNull,
  zonedInstant,
} from '../parts.ts';
import { common, page, paged } from '../shared.ts';

const value = { description: 'Decimal text of an amount, else a number', anyOf: [amount, quantity] };
const event = closed({ source: textOrNull, id: textOrNull, type: textOrNull, time: instant, traceId: textOrNull });
const only = (filter: keyof typeof filtersOf) => `Only with ${filtersOf[filter].join(', ')}`;

export const documentation: QueryDocumentation = {
  summary: 'The events that a number is made of',
  description:
    'Of any cell of `/revenue` and the overview: its contributions, which sum exactly to `total`. `granularity` and `compare` change nothing.',
  parameters: [
    ...common,
    { ...parameter('metric', oneOf(Object.keys(explainedMetrics)), 'The cell'), required: true },
    parameter('lens', { ...oneOf(['processed_date', 'order_date']), default: 'processed_date' }, 'As of `/revenue`'),
    parameter('country', text, only('country')),
    parameter('method', text, `Payment method. ${only('method')}`),
    parameter('productId', text, only('productId')),
    ...page,
  ],
  data: closed({
    metric: oneOf(Object.keys(explainedMetrics)),
    unit: oneOf(['amount', 'count', 'quantity']),
    lens: oneOf(['processed_date', 'order_date']),
    total: orNull(value),
    contributionCount: count,
    contributions: listOf(
      closed({
        ...{ event, bookedBy: event, bookedAt: zonedInstant },
        aggregate: oneOf(['order', 'payment', 'return', 'session', 'customer']),
        ...{ aggregateId: text, measure: text, field: text },
        ...{ amount: orNull(amount), currency: orNull(currency), rate: orNull(amount), value },
      }),
      { maxItems: 500 },
    ),
  }),
  meta: paged,
};
