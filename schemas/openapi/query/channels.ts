import { average, closed, count, listOf, orNull, type QueryDocumentation, rate, text, zonedInstant } from '../parts.ts';
import { amounts, changeOf } from '../sales.ts';
import { common, shared } from '../shared.ts';

const figures = {
  sessions: orNull(count),
  orders: count,
  gross: amounts.gross,
  net: amounts.net,
  averageOrderValue: orNull(average),
  customers: orNull(count),
  conversionRate: orNull(rate),
};

export const documentation: QueryDocumentation = {
  summary: 'Sessions, orders and customers by sales channel',
  description: '`granularity` is taken and changes nothing.',
  parameters: [...common, ...shared('lens')],
  data: closed(
    {
      totals: closed(figures),
      channels: listOf(closed({ channel: text, ...figures })),
      customersByChannelCount: orNull(
        listOf(closed({ channels: { type: 'integer', minimum: 1 }, customers: { type: 'integer', minimum: 1 } })),
      ),
    },
    {
      previous: closed({ period: closed({ from: zonedInstant, to: zonedInstant }), totals: closed(figures) }),
      change: closed(changeOf(figures)),
    },
  ),
};
