/**
 * What a route is asked, asked of the raw events alone, as one would without facts and rollups. In favour of the raw side it reads
 * only the events of the range: who ordered before it, and what was ordered before and cancelled or returned in it, is left out.
 * Parameters: $1 and $2 are the range, as text. Amounts are converted as the routes do it, to EUR.
 */
const events = 'analytics_events where occurred_at >= $1::text::timestamptz and occurred_at < $2::text::timestamptz';
const sales = `
  ranged as materialized (select * from ${events}),
  placed as materialized (
    select distinct on (order_id) order_id, occurred_at, session_id, customer_id, coalesce(channel, 'unknown') as channel,
      coalesce(data ->> 'country', 'unknown') as country, data, case when currency = 'EUR' then 1 else rate end as rate
    from ranged
    left join fx_rates on day = (occurred_at at time zone 'UTC')::date and from_currency = currency and to_currency = 'EUR'
    where event_type = 'orders.order.status_changed' and data ->> 'status' = 'created'
    order by order_id, occurred_at
  ),
  lines as materialized (
    select order_id, line.* from placed
    cross join lateral jsonb_to_recordset(data -> 'items') as line (product_id text, name text, quantity numeric, unit_price numeric, discount_amount numeric)
  ),
  valued as materialized (
    select placed.*, rate * gross as gross, rate * (discounts + coalesce((data ->> 'discount_amount')::numeric, 0)) as discounts,
      rate * (data ->> 'tax_amount')::numeric as tax, rate * (data ->> 'shipping_amount')::numeric as shipping
    from placed
    join (
      select order_id, sum(quantity * unit_price) as gross, coalesce(sum(discount_amount), 0) as discounts from lines group by order_id
    ) as of_lines using (order_id)
  ),
  statuses as (
    select distinct on (order_id) order_id, data ->> 'status' as status from ranged
    where event_type = 'orders.order.status_changed' order by order_id, (data ->> 'sequence')::bigint desc, occurred_at desc
  ),
  movements as (
    select occurred_at, channel, country, 1 as placed, gross, discounts, tax, shipping, 0::numeric as cancellations, 0::numeric as returns,
      0::numeric as collected
    from valued
    union all
    select ranged.occurred_at, valued.channel, valued.country, 0, 0, 0, 0, 0, gross - discounts, 0, 0
    from ranged join valued using (order_id) join statuses using (order_id)
    where event_type = 'orders.order.status_changed' and ranged.data ->> 'status' = 'cancelled' and status = 'cancelled'
    union all
    select ranged.occurred_at, valued.channel, valued.country, 0, 0, 0, 0, 0, 0, amount * rate, 0
    from ranged join valued using (order_id)
    where event_type = 'returns.return.status_changed' and ranged.data ->> 'status' = 'refunded'
    union all
    select ranged.occurred_at, valued.channel, valued.country, 0, 0, 0, 0, 0, 0, 0, amount * rate
    from ranged join valued using (order_id)
    where event_type = 'payments.payment.confirmed'
  )`;
const sums = `sum(placed)::float8 as placed, sum(gross)::text as gross, sum(discounts) as discounts, sum(tax) as tax, sum(shipping) as shipping,
  sum(cancellations) as cancellations, sum(returns) as returns, sum(collected) as collected`;

/** By the name of the route. */
export const rawQuestions: Readonly<Record<string, string>> = {
  'dashboard-overview': `
    with ${sales}
    select (select row_to_json(total) from (select ${sums} from movements) as total) as totals,
      (select json_agg(by_channel) from (select channel, ${sums} from movements group by channel) as by_channel) as channels,
      (select json_agg(top) from (
        select product_id, max(name), sum(quantity), sum(quantity * unit_price) from lines group by 1 order by 4 desc limit 10
      ) as top) as products,
      (select count(distinct session_id) from ranged) as sessions,
      (select count(distinct session_id) from placed) as converted,
      (select count(distinct customer_id) from ranged) as active`,
  revenue: `
    with ${sales}
    select channel, country, date_trunc('day', occurred_at) as day, grouping(channel, country, date_trunc('day', occurred_at)) as level, ${sums}
    from movements group by grouping sets ((), (channel), (country), (date_trunc('day', occurred_at)))`,
  orders: `
    with ${sales}
    select status, count(*) from statuses join placed using (order_id) group by status`,
  'products-performance': `
    with ${sales}
    select product_id, count(distinct session_id) filter (where event_type = 'analytics.product_view') as views,
      count(distinct session_id) filter (where event_type = 'analytics.cart_changed') as carts, max(units), max(gross)
    from ranged full join (select product_id, sum(quantity) as units, sum(quantity * unit_price) as gross from lines group by 1) as sold using (product_id)
    where product_id is not null group by product_id`,
  channels: `
    with ${sales}
    select channel, count(distinct session_id) as sessions, count(distinct customer_id) as customers from ranged group by channel`,
};
