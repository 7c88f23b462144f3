-- As 0026, and the hour of the session that an order was created in is dirty at once: `dirty_sessions` alone told no answer that its
-- conversion rate is not up to date.
create or replace function mark_inserted_orders() returns trigger language plpgsql as $$
begin
  -- a payment or return that came before its order is booked under `unknown` until now
  insert into dirty_windows (hour)
  select distinct hour_of(at)
  from (
    select order_id, created_at, cancelled_at, session_id from new_rows
    where created_at is not null or channel is not null or country is not null or customer_id is not null
  ) as o
  cross join lateral (
    select created_at union all select cancelled_at
    union all select p.paid_at from payments p where p.order_id = o.order_id
    union all select r.refunded_at from returns r where r.order_id = o.order_id
    union all select a.hour from active_users a where a.kind = 'order' and a.id = o.order_id
    union all select s.started_at from sessions s where s.session_id = o.session_id and o.created_at is not null
  ) as touched (at)
  where at is not null;
  -- which may be moving to another hour in a transaction that is not committed yet
  insert into dirty_sessions (session_id)
  select distinct session_id from new_rows where session_id is not null and created_at is not null;
  return null;
end $$;
