import {
  amount,
  average,
  change,
  closed,
  count,
  listOf,
  orNull,
  type QueryDocumentation,
  quantity,
  rate,
  text,
  textOrNull,
} from '../parts.ts';
import { amounts, changeOf } from '../sales.ts';
import { common } from '../shared.ts';

const orders = { placed: count, cancelled: count, averageOrderValue: orNull(average) };
const customers = { active: orNull(count), new: orNull(count), returning: orNull(count) };

export const documentation: QueryDocumentation = {
  summary: 'The headline of a period',
  parameters: common,
  data: closed(
    {
      sales: closed(amounts),
      orders: closed(orders),
      customers: closed(customers),
      sessions: orNull(count),
      conversionRate: orNull(rate),
      topProducts: listOf(closed({ productId: text, name: textOrNull, units: quantity, gross: amount }), {
        maxItems: 10,
      }),
      topChannels: listOf(closed({ channel: text, orders: count, net: amount }), { maxItems: 10 }),
    },
    {
      change: closed({
        sales: closed(changeOf(amounts)),
        orders: closed(changeOf(orders)),
        customers: closed(changeOf(customers)),
        ...{ sessions: change, conversionRate: change },
      }),
    },
  ),
};
