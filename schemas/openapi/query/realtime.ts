import {
  amount,
  closed,
  count,
  currency,
  described,
  instant,
  listOf,
  orNull,
  parameter,
  type QueryDocumentation,
  text,
  textOrNull,
} from '../parts.ts';
import { page, paged, shared } from '../shared.ts';

export const documentation: QueryDocumentation = {
  summary: 'What happened in the last minutes',
  description:
    'The period ends when it is asked and is no part of the `ETag`. `limit` and `cursor` page `liveOrders`; to follow them live, ask again every few seconds with `If-None-Match`.',
  parameters: [
    parameter('window', { type: 'integer', minimum: 1, maximum: 60, default: 30 }, 'Minutes up to now'),
    ...shared('timezone', 'currency', 'channel'),
    ...page,
  ],
  data: closed({
    windowMinutes: { type: 'integer', minimum: 1, maximum: 60 },
    activeSessions: orNull(count),
    activeCustomers: orNull(count),
    pageViews: orNull(count),
    orders: count,
    gross: amount,
    eventsPerSecond: { type: 'number', minimum: 0, description: 'With 4 decimals' },
    ingestLagSeconds: { type: ['number', 'null'], minimum: 0, description: 'Median, with 3 decimals' },
    topPages: orNull(listOf(closed({ path: text, views: count }), { maxItems: 10 })),
    liveOrders: listOf(
      closed({
        ...{ orderId: text, placedAt: instant, status: text, total: described(amount, 'In the currency of the order') },
        ...{ currency, country: textOrNull, customer: described(textOrNull, 'Masked') },
      }),
      { maxItems: 500 },
    ),
  }),
  meta: paged,
};
