import { closed, count, listOf, oneOf, parameter, type QueryDocumentation, text, zonedInstant } from '../parts.ts';
import { amounts, changeOf, totals } from '../sales.ts';
import { common, shared } from '../shared.ts';

export const documentation: QueryDocumentation = {
  summary: 'Revenue of a period, its series and its breakdowns',
  parameters: [
    ...common,
    ...shared('lens'),
    parameter('groupBy', oneOf(['channel', 'country']), 'A row of `series` per bucket and group of the period'),
  ],
  data: closed(
    {
      totals: closed(totals),
      series: listOf(closed({ bucket: zonedInstant, ...totals }, { channel: text, country: text }), {
        maxItems: 16_000,
      }),
      byChannel: listOf(closed({ channel: text, ...totals })),
      byCountry: listOf(closed({ country: text, ...totals })),
      byPaymentMethod: listOf(closed({ method: text, payments: count, collected: amounts.collected })),
    },
    {
      previous: closed({ period: closed({ from: zonedInstant, to: zonedInstant }), totals: closed(totals) }),
      change: closed(changeOf(totals)),
    },
  ),
};
