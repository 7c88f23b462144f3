-- Which customers and orders had an event of which channel in which hour, so that who was active through a channel can be
-- counted exactly over any hours, also when the events themselves have left. An event without a channel counts for that of
-- its order, which may become known later: so the order stands beside the customer.
create table active_channels (
  hour timestamptz not null,
  channel text,
  customer_id text,
  order_id text,
  unique nulls not distinct (hour, channel, customer_id, order_id)
);
create index on active_channels (customer_id) where customer_id is not null; -- an erasure finds its rows
grant select, insert on active_channels to analytics_ingest;
grant select on active_channels to analytics_query;
grant select, insert, delete on active_channels to analytics_admin;

insert into active_channels (hour, channel, customer_id, order_id)
select distinct hour_of(occurred_at), channel, customer_id, order_id
from analytics_events
where customer_id is not null or order_id is not null;
