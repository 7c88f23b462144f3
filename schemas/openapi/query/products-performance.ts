import {
  amount,
  closed,
  count,
  listOf,
  oneOf,
  orNull,
  parameter,
  type QueryDocumentation,
  quantity,
  rate,
  text,
  textOrNull,
} from '../parts.ts';
import { common, page, paged } from '../shared.ts';

const sorts = [
  'gross',
  'units',
  'orders',
  'views',
  'carts',
  'returnedUnits',
  'returnRate',
  'viewToCart',
  'cartToOrder',
  'viewToOrder',
];

const figures = {
  ...{ views: orNull(count), carts: orNull(count), orders: count, units: quantity, gross: amount },
  returnedUnits: { type: ['number', 'null'] },
  returnRate: {
    type: ['number', 'null'],
    minimum: 0,
    description:
      'Units sent back in the period over units ordered in it: above 1 where more came back than was ordered',
  },
  ...{ viewToCart: orNull(rate), cartToOrder: orNull(rate), viewToOrder: orNull(rate) },
};

export const documentation: QueryDocumentation = {
  summary: 'What products and categories were seen, put into carts, ordered and sent back',
  description: '`granularity` and `compare` are taken and change nothing. `limit` and `cursor` page `products`.',
  parameters: [
    ...common,
    parameter(
      'sort',
      { ...oneOf(sorts), default: 'gross' },
      'The highest first; what is null comes last, ties by productId',
    ),
    ...page,
  ],
  data: closed({
    products: listOf(
      closed({
        ...{ productId: text, name: textOrNull, categoryId: textOrNull, ...figures },
        abcClass: { type: ['string', 'null'], enum: ['A', 'B', 'C', null] },
      }),
      { maxItems: 500 },
    ),
    categories: listOf(closed({ categoryId: textOrNull, name: textOrNull, ...figures }), { maxItems: 1000 }),
  }),
  meta: paged,
};
