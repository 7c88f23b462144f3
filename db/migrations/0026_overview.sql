-- The overview's rollups by business day, so that what it costs follows the days that are asked for and not the events in them.

-- Sessions by the day they began in and the channel that they carry; `converted`: an order was created in them, whenever.
create table dashboard_overview (
  time_zone text not null,
  bucket timestamptz not null,
  channel text not null,
  sessions bigint not null,
  converted bigint not null,
  primary key (time_zone, bucket, channel)
);

-- Who was active on a day (any event, or an event of an order of theirs), and who ordered. From it come the counts below and
-- what a change of a day means for the days after it; no answer reads it.
create table customer_days (
  time_zone text not null,
  bucket timestamptz not null,
  kind text not null, -- active, buyer
  customer_id text not null,
  primary key (time_zone, kind, customer_id, bucket)
);
create index on customer_days (time_zone, bucket, kind, customer_id);

-- Of them how many, by the day they were last active, or ordered, before. Distinct customers of a range of days are exactly
-- those whose day before lies before the range: a sum of these cells, though customers of days do not add up.
create table customer_recency (
  time_zone text not null,
  bucket timestamptz not null,
  kind text not null,
  previous timestamptz, -- start of that day; null: never before
  customers bigint not null,
  unique nulls not distinct (time_zone, bucket, kind, previous)
);

grant select on dashboard_overview, customer_recency to analytics_query;
grant select, insert, delete on dashboard_overview, customer_days, customer_recency to analytics_jobs;
grant select, insert, delete on customer_days to analytics_admin; -- an erasure

-- An order that becomes a customer's, or another's, was active in those hours; ingestion locks the order's row before, so that
-- its events that arrive at the same time see each other. Few events carry an order, so few rows are in the index.
create index on active_users (id) where kind = 'order';

create or replace function mark_inserted_orders() returns trigger language plpgsql as $$
begin
  -- a payment or return that came before its order is booked under `unknown` until now
  insert into dirty_windows (hour)
  select distinct hour_of(at)
  from (
    select order_id, created_at, cancelled_at from new_rows
    where created_at is not null or channel is not null or country is not null or customer_id is not null
  ) as o
  cross join lateral (
    select created_at union all select cancelled_at
    union all select p.paid_at from payments p where p.order_id = o.order_id
    union all select r.refunded_at from returns r where r.order_id = o.order_id
    union all select a.hour from active_users a where a.kind = 'order' and a.id = o.order_id
  ) as touched (at)
  where at is not null;
  insert into dirty_sessions (session_id)
  select distinct session_id from new_rows where session_id is not null and created_at is not null;
  return null;
end $$;

create or replace function mark_updated_orders() returns trigger language plpgsql as $$
begin
  insert into dirty_windows (hour)
  select distinct hour_of(at)
  from (
    select order_id, o.created_at as old_created, o.cancelled_at as old_cancelled, n.created_at, n.cancelled_at
    from old_rows o
    join new_rows n using (order_id)
    where (o.created_at, o.cancelled_at, o.channel, o.country, o.currency, o.gross, o.discounts, o.tax, o.shipping, o.customer_id)
      is distinct from (n.created_at, n.cancelled_at, n.channel, n.country, n.currency, n.gross, n.discounts, n.tax, n.shipping, n.customer_id)
  ) as o
  cross join lateral (
    select old_created union all select old_cancelled union all select created_at union all select cancelled_at
    union all select p.paid_at from payments p where p.order_id = o.order_id
    union all select r.refunded_at from returns r where r.order_id = o.order_id
    union all select a.hour from active_users a where a.kind = 'order' and a.id = o.order_id
  ) as touched (at)
  where at is not null;
  return null;
end $$;

-- Sessions are counted whether they saw a product or not. Where one begins is marked with the hour of each event stored.
create or replace function mark_moved_session() returns trigger language plpgsql as $$
begin
  insert into dirty_windows (hour)
  select distinct hour_of(at) from (values (old.started_at), (new.started_at)) as touched (at) where at is not null;
  return null;
end $$;

-- What is stored already is rolled up by the next runs.
insert into dirty_windows (hour) select distinct hour from active_users;
