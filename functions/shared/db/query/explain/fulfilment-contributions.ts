import { isInRange, isOfChannelAndCountry, partsOf, type Source } from './cell-question.ts';

/** What has become of the orders placed in the range; with a carrier, of those with a parcel of its, by those parcels. */
export const fulfilmentContributions = {
  fulfilment: (tx, question) => {
    const { carrier, overdueAt } = question;
    const isDelivered = carrier === null ? tx`o.delivered_at is not null` : tx`sent.delivered is not null`;
    return tx`
      select
        o.created_at, o.created_at, o.currency, 'order', o.order_id, measure, field, amount, sign,
        case field
          when 'payment' then o.earliest -> 'payment' ->> 0
          when 'handed_over' then ${carrier === null ? tx`o.earliest -> 'shipment_handed_over' ->> 0` : tx`sent.handed_over`}
          when 'delivered' then ${carrier === null ? tx`o.earliest -> 'shipment_delivered' ->> 0` : tx`sent.delivered`}
          when 'estimated_delivery_at' then sent.promise
          else coalesce(sent.carrier, o.earliest -> 'created' ->> 0)
        end,
        o.earliest -> 'created' ->> 0, 'created'
      from orders o
      cross join lateral (
        select
          count(*) as parcels, min((s.earliest -> 'handed_over' ->> 0) collate "C") as handed_over, min((s.earliest -> 'delivered' ->> 0) collate "C") as delivered,
          min((s.latest -> 'carrier' ->> 0) collate "C") as carrier, min(s.estimated_delivery_at) as due_at,
          (array_agg(s.latest -> 'estimated_delivery_at' ->> 0 order by s.estimated_delivery_at))[1] as promise
        from shipments s
        where s.order_id = o.order_id and (${carrier}::text is null or coalesce(s.carrier, 'unknown') = ${carrier})
      ) as sent
      ${partsOf(tx, question, [
        ['orders', tx`'carrier'`, tx`1`],
        ['paidOrders', tx`'payment'`, tx`case when o.paid_at is not null then 1 end`],
        [
          'handedOverOrders',
          tx`'handed_over'`,
          carrier === null
            ? tx`case when o.handed_over_at is not null then 1 end`
            : tx`case when sent.handed_over is not null then 1 end`,
        ],
        ['deliveredOrders', tx`'delivered'`, tx`case when ${isDelivered} then 1 end`],
        [
          'overdueOrders',
          tx`'estimated_delivery_at'`,
          tx`case when not (${isDelivered}) and o.cancelled_at is null and sent.due_at < ${String(overdueAt)}::text::timestamptz then 1 end`,
        ],
      ])}
      where ${isInRange(tx, question, tx`o.created_at`)} and ${isOfChannelAndCountry(tx, question)}
        and (${question.status}::text is null or o.status = ${question.status})
        and (${carrier}::text is null or sent.parcels > 0)`;
  },
} satisfies Record<string, Source>;
