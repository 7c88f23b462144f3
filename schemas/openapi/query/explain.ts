import { attributionModels } from '#core/attribution.ts';
import { dividedBy, type FilterName, metricNames } from '#core/explained-metrics.ts';
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
const only = (filter: FilterName) => `Only with ${dividedBy(filter).join(', ')}`;

export const documentation: QueryDocumentation = {
  summary: 'The events that a number is made of',
  description:
    'Of any money or count cell of any route: its contributions, which sum exactly to `total`. What is no sum (a rate, a median) is a 400 that says so. `granularity` and `compare` change nothing.',
  parameters: [
    ...common,
    { ...parameter('metric', oneOf(metricNames), 'The cell'), required: true },
    parameter('lens', { ...oneOf(['processed_date', 'order_date']), default: 'processed_date' }, 'As of `/revenue`'),
    parameter('country', text, only('country')),
    parameter('method', text, `Payment method. ${only('method')}`),
    parameter('status', text, `Current status. ${only('status')}`),
    parameter('carrier', text, `Not with product_id and category_id. ${only('carrier')}`),
    parameter('reason', text, only('reason')),
    parameter('product_id', text, only('product_id')),
    parameter('category_id', text, only('category_id')),
    parameter('without_category', oneOf(['true']), `Of no category. ${only('without_category')}`),
    parameter('path', text, `Of the page. ${only('path')}`),
    parameter('channels', count, `Bought through so many channels. ${only('channels')}`),
    parameter('source', text, only('source')),
    parameter('medium', text, only('medium')),
    parameter('campaign', text, only('campaign')),
    parameter('model', { ...oneOf([...attributionModels]), default: 'last_non_direct' }, only('model')),
    parameter('warehouse_id', text, only('warehouse_id')),
    ...page,
  ],
  data: closed({
    metric: oneOf(metricNames),
    unit: oneOf(['amount', 'count', 'quantity']),
    lens: oneOf(['processed_date', 'order_date']),
    total: orNull(value),
    contributionCount: orNull(count),
    contributions: listOf(
      closed({
        ...{ event, bookedBy: event, bookedAt: zonedInstant },
        aggregate: oneOf(['order', 'payment', 'return', 'session', 'customer', 'event', 'spend', 'stock']),
        ...{ aggregateId: text, measure: text, field: text },
        ...{ amount: orNull(amount), currency: orNull(currency), rate: orNull(amount), value },
      }),
      { maxItems: 500 },
    ),
  }),
  meta: paged,
};
