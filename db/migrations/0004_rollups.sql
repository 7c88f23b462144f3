-- Every amount and count of sales, each at the instant it is booked: the one meaning that rollups and queries share.
-- Columns ending in _order_date book by the day of the order (lens=order_date), their namesakes by the day of the
-- movement. `converted_at` is the instant whose day's exchange rate applies. A function, so that the range reaches the
-- index of every branch also where it comes from another relation's row; of a view's join branches it would read all.
create function sales_movements_between(since timestamptz, until timestamptz) returns table (
  at timestamptz, converted_at timestamptz, currency text, channel text, country text, payment_method text,
  placed bigint, cancelled bigint, cancelled_order_date bigint, gross numeric, discounts numeric,
  cancellations numeric, cancellations_order_date numeric, returns numeric, returns_order_date numeric,
  tax numeric, shipping numeric, collected numeric, payments bigint
)
language sql stable parallel safe
as $$
  select
    o.created_at, o.created_at, o.currency, coalesce(o.channel, 'unknown'), coalesce(o.country, 'unknown'), null::text,
    1::bigint, 0::bigint, (o.cancelled_at is not null)::int::bigint, o.gross, o.discounts,
    0::numeric, case when o.cancelled_at is not null then o.gross - o.discounts else 0 end, 0::numeric, 0::numeric,
    o.tax, o.shipping, 0::numeric, 0::bigint
  from orders o
  where o.created_at >= since and o.created_at < until
  union all
  select
    o.cancelled_at, o.created_at, o.currency, coalesce(o.channel, 'unknown'), coalesce(o.country, 'unknown'), null::text,
    0::bigint, 1::bigint, 0::bigint, 0::numeric, 0::numeric,
    o.gross - o.discounts, 0::numeric, 0::numeric, 0::numeric,
    0::numeric, 0::numeric, 0::numeric, 0::bigint
  from orders o
  where o.cancelled_at >= since and o.cancelled_at < until and o.created_at is not null
  union all
  -- The money back of a cancelled order is already in its cancellation.
  select
    r.refunded_at, r.refunded_at, r.currency, coalesce(o.channel, 'unknown'), coalesce(o.country, 'unknown'), null::text,
    0::bigint, 0::bigint, 0::bigint, 0::numeric, 0::numeric,
    0::numeric, 0::numeric, r.refund_amount, 0::numeric,
    0::numeric, 0::numeric, 0::numeric, 0::bigint
  from returns r
  left join orders o on o.order_id = r.order_id
  where r.refunded_at >= since and r.refunded_at < until and r.refund_amount is not null and o.cancelled_at is null
  union all
  -- By order date
  select
    o.created_at, r.refunded_at, r.currency, coalesce(o.channel, 'unknown'), coalesce(o.country, 'unknown'), null::text,
    0::bigint, 0::bigint, 0::bigint, 0::numeric, 0::numeric,
    0::numeric, 0::numeric, 0::numeric, r.refund_amount,
    0::numeric, 0::numeric, 0::numeric, 0::bigint
  from orders o
  join returns r on r.order_id = o.order_id
  where o.created_at >= since and o.created_at < until and o.cancelled_at is null
    and r.refunded_at is not null and r.refund_amount is not null
  union all
  -- A refund whose order is not known or not placed stays on its own day.
  select
    r.refunded_at, r.refunded_at, r.currency, coalesce(o.channel, 'unknown'), coalesce(o.country, 'unknown'), null::text,
    0::bigint, 0::bigint, 0::bigint, 0::numeric, 0::numeric,
    0::numeric, 0::numeric, 0::numeric, r.refund_amount,
    0::numeric, 0::numeric, 0::numeric, 0::bigint
  from returns r
  left join orders o on o.order_id = r.order_id
  where r.refunded_at >= since and r.refunded_at < until and r.refund_amount is not null
    and o.created_at is null and o.cancelled_at is null
  union all
  select
    p.paid_at, p.paid_at, p.currency, coalesce(o.channel, 'unknown'), coalesce(o.country, 'unknown'), coalesce(p.method, 'unknown'),
    0::bigint, 0::bigint, 0::bigint, 0::numeric, 0::numeric,
    0::numeric, 0::numeric, 0::numeric, 0::numeric,
    0::numeric, 0::numeric, p.amount, 1::bigint
  from payments p
  left join orders o on o.order_id = p.order_id
  where p.paid_at >= since and p.paid_at < until
$$;

create view sales_movements as select * from sales_movements_between('-infinity', 'infinity');

-- Rollups of sales_movements; `bucket` is the start of the hour (UTC) or of the business day, `rate_day` the business
-- day whose exchange rate applies.
create table hourly_metrics (
  bucket timestamptz not null,
  rate_day date not null,
  currency text not null,
  channel text not null,
  country text not null,
  placed bigint not null,
  cancelled bigint not null,
  cancelled_order_date bigint not null,
  gross numeric not null,
  discounts numeric not null,
  cancellations numeric not null,
  cancellations_order_date numeric not null,
  returns numeric not null,
  returns_order_date numeric not null,
  tax numeric not null,
  shipping numeric not null,
  collected numeric not null,
  payments bigint not null,
  primary key (bucket, currency, channel, country, rate_day)
);

create table daily_metrics (
  like hourly_metrics,
  time_zone text not null, -- whose midnight `bucket` is: rows of a former business zone are not mistaken for today's
  primary key (time_zone, bucket, currency, channel, country, rate_day)
);

-- Money by how it was paid.
create table revenue_by_source (
  bucket timestamptz not null,
  rate_day date not null,
  currency text not null,
  channel text not null,
  country text not null,
  payment_method text not null,
  collected numeric not null,
  payments bigint not null,
  primary key (bucket, currency, channel, country, payment_method, rate_day)
);

create table fx_rates (
  day date not null,
  from_currency text not null,
  to_currency text not null,
  rate numeric not null check (rate > 0),
  source text not null,
  primary key (day, from_currency, to_currency)
);

-- A fact that changes makes the hours dirty that it was booked in and those it is booked in now. As triggers with
-- transition tables this sees the row before and after under its lock, whoever writes it: read beforehand, a
-- concurrent transaction's hours could be missed. What does not touch a rollup (a status on the way) marks nothing.
create function mark_inserted_orders() returns trigger language plpgsql as $$
begin
  -- a payment or return that came before its order is booked under `unknown` until now
  insert into dirty_windows (hour)
  select distinct hour_of(at)
  from (select order_id, created_at, cancelled_at from new_rows where created_at is not null or channel is not null or country is not null) as o
  cross join lateral (
    select created_at union all select cancelled_at
    union all select p.paid_at from payments p where p.order_id = o.order_id
    union all select r.refunded_at from returns r where r.order_id = o.order_id
  ) as touched (at)
  where at is not null;
  return null;
end $$;

create function mark_updated_orders() returns trigger language plpgsql as $$
begin
  insert into dirty_windows (hour)
  select distinct hour_of(at)
  from (
    select order_id, o.created_at as old_created, o.cancelled_at as old_cancelled, n.created_at, n.cancelled_at
    from old_rows o
    join new_rows n using (order_id)
    where (o.created_at, o.cancelled_at, o.channel, o.country, o.currency, o.gross, o.discounts, o.tax, o.shipping)
      is distinct from (n.created_at, n.cancelled_at, n.channel, n.country, n.currency, n.gross, n.discounts, n.tax, n.shipping)
  ) as o
  cross join lateral (
    select old_created union all select old_cancelled union all select created_at union all select cancelled_at
    union all select p.paid_at from payments p where p.order_id = o.order_id
    union all select r.refunded_at from returns r where r.order_id = o.order_id
  ) as touched (at)
  where at is not null;
  return null;
end $$;

create trigger mark_inserted after insert on orders
  referencing new table as new_rows for each statement execute function mark_inserted_orders();
create trigger mark_updated after update on orders
  referencing old table as old_rows new table as new_rows for each statement execute function mark_updated_orders();

create function mark_inserted_payments() returns trigger language plpgsql as $$
begin
  insert into dirty_windows (hour) select distinct hour_of(paid_at) from new_rows where paid_at is not null;
  return null;
end $$;

create function mark_updated_payments() returns trigger language plpgsql as $$
begin
  insert into dirty_windows (hour)
  select distinct hour_of(at)
  from (
    select o.paid_at as old_at, n.paid_at as new_at
    from old_rows o
    join new_rows n using (payment_id)
    where (o.order_id, o.paid_at, o.amount, o.currency, o.method) is distinct from (n.order_id, n.paid_at, n.amount, n.currency, n.method)
  ) as changed
  cross join lateral (values (old_at), (new_at)) as touched (at)
  where at is not null;
  return null;
end $$;

create trigger mark_inserted after insert on payments
  referencing new table as new_rows for each statement execute function mark_inserted_payments();
create trigger mark_updated after update on payments
  referencing old table as old_rows new table as new_rows for each statement execute function mark_updated_payments();

-- A refund is also booked on the day of its order. Ingestion locks the order's row first, so that an order and its
-- return that arrive at the same time see each other.
create function mark_inserted_returns() returns trigger language plpgsql as $$
begin
  insert into dirty_windows (hour)
  select distinct hour_of(at)
  from new_rows r
  left join orders o on o.order_id = r.order_id
  cross join lateral (values (r.refunded_at), (o.created_at)) as touched (at)
  where r.refunded_at is not null and at is not null;
  return null;
end $$;

create function mark_updated_returns() returns trigger language plpgsql as $$
begin
  insert into dirty_windows (hour)
  select distinct hour_of(at)
  from (
    select o.refunded_at as old_at, n.refunded_at as new_at, array[o.order_id, n.order_id] as order_ids
    from old_rows o
    join new_rows n using (return_id)
    where (o.order_id, o.refunded_at, o.refund_amount, o.currency) is distinct from (n.order_id, n.refunded_at, n.refund_amount, n.currency)
  ) as changed
  left join orders on orders.order_id = any (order_ids)
  cross join lateral (values (old_at), (new_at), (orders.created_at)) as touched (at)
  where at is not null;
  return null;
end $$;

create trigger mark_inserted after insert on returns
  referencing new table as new_rows for each statement execute function mark_inserted_returns();
create trigger mark_updated after update on returns
  referencing old table as old_rows new table as new_rows for each statement execute function mark_updated_returns();
