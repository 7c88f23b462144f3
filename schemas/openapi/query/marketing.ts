import { attributionModels } from '#core/attribution.ts';
import {
  amount,
  average,
  closed,
  count,
  listOf,
  oneOf,
  orNull,
  parameter,
  type QueryDocumentation,
  text,
  zonedInstant,
} from '../parts.ts';
import { changeOf } from '../sales.ts';
import { common, page, paged } from '../shared.ts';

const figures = {
  spend: orNull(amount),
  impressions: orNull(count),
  clicks: orNull(count),
  attributedRevenue: orNull(amount),
  roas: { type: ['number', 'null'], description: 'attributedRevenue ÷ spend; null where nothing was spent' },
  newCustomers: orNull(count),
  cac: { ...orNull(average), description: 'spend ÷ newCustomers; null without a new customer' },
};

export const documentation: QueryDocumentation = {
  summary: 'What campaigns cost and what they brought',
  description: '`granularity` is taken and changes nothing. `limit` and `cursor` page `campaigns`.',
  parameters: [
    ...common,
    ...page,
    parameter(
      'model',
      { ...oneOf(attributionModels), default: 'last_non_direct' },
      'How the revenue of an order is divided among the sessions before it',
    ),
  ],
  data: closed(
    {
      model: oneOf(attributionModels),
      totals: closed(figures),
      unattributed: closed({ conversions: count, revenue: amount, newCustomers: orNull(count) }),
      campaigns: listOf(closed({ source: text, medium: text, campaign: text, ...figures }), { maxItems: 500 }),
    },
    {
      previous: closed({ period: closed({ from: zonedInstant, to: zonedInstant }), totals: closed(figures) }),
      change: closed(changeOf(figures)),
    },
  ),
  meta: paged,
};
