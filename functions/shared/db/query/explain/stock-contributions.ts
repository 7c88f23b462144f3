import { partsOf, type Source } from './cell-question.ts';

/** The stock as it is now, whatever the range: each item by the event that last counted it. */
export const stockContributions = {
  stock: (tx, question) => tx`
    select
      instant(split_part(s.latest -> 'on_hand' ->> 0, E'\\x01', 2)), coalesce(s.costed_at, '-infinity'),
      case when measure = 'stockValue' then s.currency else ${question.currency}::text end, 'stock', s.stock_id, measure, field, amount, sign,
      s.latest -> field ->> 0, s.latest -> 'on_hand' ->> 0, 'on_hand'
    from stock s
    ${partsOf(tx, question, [
      ['onHand', tx`'on_hand'`, tx`s.on_hand`],
      ['reserved', tx`'reserved'`, tx`s.reserved`],
      ['stockValue', tx`'unit_cost'`, tx`s.on_hand * s.unit_cost`],
      ['stockItems', tx`'on_hand'`, tx`1`],
      [
        'stockProducts',
        tx`'product_id'`,
        tx`case when not exists (
          select from stock other where other.product_id = s.product_id and other.stock_id < s.stock_id
        ) then 1 end`,
      ],
      ['stockOuts', tx`'on_hand'`, tx`case when s.on_hand <= 0 then 1 else 0 end`],
      ['belowReorderPoint', tx`'reorder_point'`, tx`(s.on_hand < s.reorder_point)::int`],
    ])}
    where (${question.product}::text is null or s.product_id = ${question.product})
      and (${question.warehouse}::text is null or s.warehouse_id = ${question.warehouse})`,
} satisfies Record<string, Source>;
