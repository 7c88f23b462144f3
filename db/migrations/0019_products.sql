-- Products: what sessions did with them, what was ordered and sent back, rolled up by business day.

-- A product in a session: seen, or put into the cart. The key is both ids, joined by U+0001.
create table session_products (
  session_product_id text primary key,
  earliest jsonb not null default '{}',
  latest jsonb not null default '{}',
  session_id text generated always as (split_part(session_product_id, E'\x01', 1)) stored,
  product_id text generated always as (split_part(session_product_id, E'\x01', 2)) stored,
  viewed_at timestamptz generated always as (instant(earliest -> 'view' ->> 0)) stored,
  carted_at timestamptz generated always as (instant(earliest -> 'cart' ->> 0)) stored,
  category_id text generated always as (latest -> 'category_id' ->> 1) stored,
  category_name text generated always as (latest -> 'category_name' ->> 1) stored
) with (fillfactor = 85);
create index on session_products (session_id);
create index on session_products (session_id) where carted_at is not null; -- whether there ever was one

-- The day whose rate a cost is converted by: of the event that the cost comes from.
alter table stock add column costed_at timestamptz
  generated always as (instant(split_part(latest -> 'unit_cost' ->> 0, E'\x01', 2))) stored;

-- One row per product of a session that began in [since, until), per line ordered and per line sent back in it. `ordered`:
-- an order created in the session, whenever, holds the product.
create function product_activity_between(since timestamptz, until timestamptz) returns table (
  at timestamptz, product_id text, category_id text, channel text, currency text,
  session_id text, viewed boolean, carted boolean, ordered boolean,
  order_id text, units numeric, gross numeric, returned_units numeric
)
language sql stable parallel safe
as $$
  select
    s.started_at, p.product_id, p.category_id, coalesce(s.channel, 'unknown'), '',
    s.session_id, p.viewed_at is not null, p.carted_at is not null,
    exists (
      select from orders o join order_lines l on l.order_id = o.order_id
      where o.session_id = s.session_id and o.created_at is not null and l.product_id = p.product_id
    ),
    null::text, 0::numeric, 0::numeric, 0::numeric
  from sessions s
  join session_products p on p.session_id = s.session_id
  where s.started_at >= since and s.started_at < until
  union all
  select
    o.created_at, l.product_id, l.category_id, coalesce(o.channel, 'unknown'), o.currency,
    null::text, false, false, false,
    o.order_id, l.quantity, l.quantity * l.unit_price, 0::numeric
  from orders o
  join order_lines l on l.order_id = o.order_id
  where o.created_at >= since and o.created_at < until
  union all
  -- A line sent back belongs to the category that it was ordered under.
  select
    r.refunded_at, b.product_id,
    (
      select l.category_id from order_lines l
      where l.order_id = r.order_id and l.product_id = b.product_id and l.category_id is not null
      order by l.line_number limit 1
    ),
    coalesce(o.channel, 'unknown'), r.currency,
    null::text, false, false, false,
    null::text, 0::numeric, 0::numeric, b.quantity
  from returns r
  join return_lines b on b.return_id = r.return_id
  left join orders o on o.order_id = r.order_id
  where r.refunded_at >= since and r.refunded_at < until
$$;

-- What rollups and queries mean by products: their figures in [since, until).
create function product_cells_between(since timestamptz, until timestamptz) returns table (
  product_id text, channel text, currency text, views bigint, carts bigint, views_to_cart bigint, carts_to_order bigint,
  views_to_order bigint, orders bigint, units numeric, gross numeric, returned_units numeric
)
language sql stable parallel safe
as $$
  select
    product_id, channel, currency,
    count(*) filter (where viewed), count(*) filter (where carted), count(*) filter (where viewed and carted),
    count(*) filter (where carted and ordered), count(*) filter (where viewed and ordered),
    count(distinct order_id), sum(units), sum(gross), sum(returned_units)
  from product_activity_between(since, until)
  group by product_id, channel, currency
$$;

-- The same of categories, empty where none was carried. A session that saw two products of a category saw it once.
create function category_cells_between(since timestamptz, until timestamptz) returns table (
  category_id text, channel text, currency text, views bigint, carts bigint, views_to_cart bigint, carts_to_order bigint,
  views_to_order bigint, orders bigint, units numeric, gross numeric, returned_units numeric
)
language sql stable parallel safe
as $$
  select
    category_id, channel, currency,
    count(*) filter (where viewed), count(*) filter (where carted), count(*) filter (where viewed and carted),
    count(*) filter (where carted and ordered), count(*) filter (where viewed and ordered),
    count(distinct order_id), sum(units), sum(gross), sum(returned_units)
  from (
    select
      coalesce(category_id, '') as category_id, channel, currency, session_id, order_id,
      bool_or(viewed) as viewed, bool_or(carted) as carted, bool_or(ordered) as ordered,
      sum(units) as units, sum(gross) as gross, sum(returned_units) as returned_units
    from product_activity_between(since, until)
    group by coalesce(category_id, ''), channel, currency, session_id, order_id
  ) as of_sessions_and_orders
  group by category_id, channel, currency
$$;

-- Rollups by business day; `bucket` is its start, `currency` is empty where no money is meant (sessions). Each session,
-- order and refund lies in one bucket, so that buckets add up to any range of days.
create table product_performance (
  time_zone text not null,
  bucket timestamptz not null,
  product_id text not null,
  channel text not null,
  currency text not null,
  views bigint not null, -- sessions
  carts bigint not null, -- sessions
  views_to_cart bigint not null, -- of those that saw it, those that put it into the cart
  carts_to_order bigint not null,
  views_to_order bigint not null,
  orders bigint not null,
  units numeric not null,
  gross numeric not null,
  returned_units numeric not null,
  primary key (time_zone, bucket, product_id, channel, currency)
);

-- The category that the line or the session carried; empty where it carried none.
create table category_performance (
  time_zone text not null,
  bucket timestamptz not null,
  category_id text not null,
  channel text not null,
  currency text not null,
  views bigint not null,
  carts bigint not null,
  views_to_cart bigint not null,
  carts_to_order bigint not null,
  views_to_order bigint not null,
  orders bigint not null,
  units numeric not null,
  gross numeric not null,
  returned_units numeric not null,
  primary key (time_zone, bucket, category_id, channel, currency)
);

-- What products and categories were called on a day, so that a name is found without reading all orders ever.
create table catalogue (
  time_zone text not null,
  kind text not null, -- product, category
  id text not null,
  bucket timestamptz not null,
  name text,
  category_id text, -- of a product
  primary key (time_zone, kind, id, bucket)
);

-- Sessions whose hour is to be recomputed. When an order changes what became of a session, that session may be moving to
-- another hour in a transaction that is not committed yet: which hour it is, is asked again when the windows are taken.
create table dirty_sessions (
  id bigint generated always as identity primary key,
  session_id text not null
);

create function mark_inserted_session_products() returns trigger language plpgsql as $$
begin
  insert into dirty_windows (hour)
  select distinct hour_of(s.started_at) from new_rows join sessions s using (session_id) where s.started_at is not null;
  return null;
end $$;
create trigger mark_inserted after insert on session_products
  referencing new table as new_rows for each statement execute function mark_inserted_session_products();

-- By row where few of many updates matter: a transition table would keep every row of every batch.
create function mark_updated_session_product() returns trigger language plpgsql as $$
begin
  insert into dirty_windows (hour)
  select hour_of(started_at) from sessions where session_id = new.session_id and started_at is not null;
  return null;
end $$;
create trigger mark_updated after update on session_products for each row
  when ((old.viewed_at is null, old.carted_at is null, old.category_id, old.category_name)
    is distinct from (new.viewed_at is null, new.carted_at is null, new.category_id, new.category_name))
  execute function mark_updated_session_product();

create function mark_moved_session() returns trigger language plpgsql as $$
begin
  if exists (select from session_products where session_id = new.session_id) then
    insert into dirty_windows (hour)
    select distinct hour_of(at) from (values (old.started_at), (new.started_at)) as touched (at) where at is not null;
  end if;
  return null;
end $$;
create trigger mark_moved after update on sessions for each row
  when ((old.started_at, old.channel) is distinct from (new.started_at, new.channel))
  execute function mark_moved_session();

create function mark_session_of_order() returns trigger language plpgsql as $$
begin
  insert into dirty_sessions (session_id)
  select distinct id from (values (old.session_id), (new.session_id)) as touched (id) where id is not null;
  insert into dirty_windows (hour)
  select hour_of(started_at) from sessions where session_id in (old.session_id, new.session_id) and started_at is not null;
  return null;
end $$;
create trigger mark_session after update on orders for each row
  when ((old.created_at is null, old.session_id) is distinct from (new.created_at is null, new.session_id))
  execute function mark_session_of_order();

-- Other lines of the same worth change no row of orders.
create function mark_changed_order_lines() returns trigger language plpgsql as $$
begin
  insert into dirty_windows (hour)
  select distinct hour_of(at)
  from (select distinct order_id from changed_rows) as changed
  join orders o using (order_id)
  cross join lateral (
    select o.created_at
    union all select r.refunded_at from returns r where r.order_id = o.order_id
    union all select s.started_at from sessions s where s.session_id = o.session_id and o.created_at is not null
  ) as touched (at)
  where at is not null;
  insert into dirty_sessions (session_id)
  select distinct o.session_id
  from (select distinct order_id from changed_rows) as changed
  join orders o using (order_id)
  where o.session_id is not null and o.created_at is not null;
  return null;
end $$;
create trigger mark_inserted after insert on order_lines
  referencing new table as changed_rows for each statement execute function mark_changed_order_lines();
create trigger mark_deleted after delete on order_lines
  referencing old table as changed_rows for each statement execute function mark_changed_order_lines();

create function mark_changed_return_lines() returns trigger language plpgsql as $$
begin
  insert into dirty_windows (hour)
  select distinct hour_of(r.refunded_at)
  from (select distinct return_id from changed_rows) as changed
  join returns r using (return_id)
  where r.refunded_at is not null;
  return null;
end $$;
create trigger mark_inserted after insert on return_lines
  referencing new table as changed_rows for each statement execute function mark_changed_return_lines();
create trigger mark_deleted after delete on return_lines
  referencing old table as changed_rows for each statement execute function mark_changed_return_lines();

grant select, insert, update on session_products to analytics_ingest;
grant insert on dirty_sessions to analytics_ingest;
grant select on session_products, product_performance, category_performance, catalogue to analytics_query;
grant select on sessions, session_products, order_lines, return_lines to analytics_jobs;
grant select, delete on dirty_sessions to analytics_jobs;
grant select, insert, delete on product_performance, category_performance, catalogue to analytics_jobs;

-- What is stored already, as far back as raw events go; then all is rolled up by the next runs.
with seen as (
  select
    session_id || E'\x01' || product_id as key, event_type = 'analytics.product_view' as is_view, data,
    to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as time,
    repeat('0', 16) || E'\x01' || to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
      || E'\x01' || event_source || E'\x01' || event_id as version
  from analytics_events
  where event_type = 'analytics.product_view' or (event_type = 'analytics.cart_changed' and data ->> 'action' = 'add')
)
insert into session_products (session_product_id, earliest, latest)
select
  key,
  jsonb_strip_nulls(jsonb_build_object(
    'view', (array_agg(jsonb_build_array(time) order by time collate "C") filter (where is_view))[1],
    'cart', (array_agg(jsonb_build_array(time) order by time collate "C") filter (where not is_view))[1]
  )),
  jsonb_strip_nulls(jsonb_build_object(
    'category_id', (array_agg(jsonb_build_array(version, data ->> 'category_id') order by version collate "C" desc)
      filter (where data ->> 'category_id' is not null))[1],
    'category_name', (array_agg(jsonb_build_array(version, data ->> 'category_name') order by version collate "C" desc)
      filter (where data ->> 'category_name' is not null))[1]
  ))
from seen
group by key;

insert into dirty_windows (hour)
select distinct hour_of(at)
from (
  select created_at from orders union all select refunded_at from returns
  union all select started_at from sessions where session_id in (select session_id from session_products)
) as touched (at)
where at is not null;
