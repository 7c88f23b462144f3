-- Products by business month, so that a year is read from a few rows a product: 365 days of 5,000 products are a million cells.
-- Summed from the days once a month is over; a day that changes takes its month out again until the next run.
create table product_months (
  like product_performance, -- `bucket` is the start of the month
  primary key (time_zone, bucket, product_id, channel, currency)
);

-- Months that are to be summed, or are not over: answers read their days.
create table dirty_months (
  time_zone text not null,
  month timestamptz not null, -- its start
  until timestamptz not null,
  primary key (time_zone, month)
);

-- Each day has its own exchange rate: amounts that are converted are read by day, and found without those that are not.
create index on product_performance (time_zone, currency, bucket) where currency <> '';

-- Who bought through which channel, and which parcels were picked, without the wide rows of a year's orders. What a status
-- changes is not in it: of the updates of an order as many stay in their page as before.
create index orders_created_at_covering on orders (created_at) include (order_id, customer_id, channel, currency);
drop index orders_created_at_idx;
create index shipments_order_id_covering on shipments (order_id) include (shipment_id);
drop index shipments_order_id_idx;

insert into dirty_months (time_zone, month, until)
select distinct time_zone, edges[1], edges[2]
from product_performance
cross join lateral (
  select array_agg(
    -- where the clock is put back at midnight, the day begins with the earlier of the two
    case when (at - interval '1 hour') at time zone time_zone = date then at - interval '1 hour' else at end order by at
  ) as edges
  from (
    select date, date at time zone time_zone as at
    from (values (0), (1)) as months (n),
      lateral (select date_trunc('month', bucket at time zone time_zone) + n * interval '1 month' as date) as local
  ) as edge
) as month;

grant select on product_months, dirty_months to analytics_query;
grant select, insert, delete on product_months, dirty_months to analytics_jobs;
