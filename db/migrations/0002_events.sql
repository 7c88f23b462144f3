-- The ledger: the authority for exactly once. Not partitioned, because a unique key over (source, id) needs one table.
create table processed_events (
  event_source text not null,
  event_id text not null,
  content_hash text not null, -- keyed digest of the canonical event: same identity with another digest is a conflict
  key_version text not null,
  processed_at timestamptz not null default now(),
  primary key (event_source, event_id)
);

create table analytics_events (
  event_source text not null,
  event_id text not null,
  event_type text not null,
  schema_version text not null,
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  trace_id text,
  order_id text,
  customer_id text,
  anonymous_id text,
  session_id text,
  product_id text,
  cart_id text,
  channel text,
  currency text,
  amount numeric,
  data jsonb not null, -- masked
  primary key (event_source, event_id, occurred_at)
) partition by range (occurred_at);

-- Ingestion arrives roughly in time order: a block range index costs nothing to keep and finds a range.
create index on analytics_events using brin (occurred_at) with (pages_per_range = 32);

-- Makes the month of each instant, if it is not there. Attaching a table made apart blocks inserts for milliseconds;
-- "create table … partition of" took an exclusive lock on the parent for the whole statement.
create function ensure_event_partitions(instants timestamptz[]) returns void
language plpgsql security definer
set search_path = public, pg_temp
set timezone = 'UTC'
set lock_timeout = '5s'
as $$
declare
  month timestamptz;
  partition text;
begin
  for month in select distinct date_trunc('month', i) from unnest(instants) as i order by 1 loop
    partition := 'analytics_events_' || to_char(month, 'YYYY_MM');
    if not exists (select from pg_class where relname = partition and relnamespace = 'public'::regnamespace) then
      perform pg_advisory_xact_lock(hashtext(partition)); -- many functions see the new month at once
      -- Asked of the table: to_regclass would answer from a cache that waiting for this lock does not refresh.
      if not exists (select from pg_class where relname = partition and relnamespace = 'public'::regnamespace) then
        execute format('create table %I (like analytics_events including all)', partition);
        execute format(
          'alter table %I add constraint %I check (occurred_at >= %L and occurred_at < %L)',
          partition, partition || '_month', month, month + interval '1 month'
        );
        execute format(
          'alter table analytics_events attach partition %I for values from (%L) to (%L)',
          partition, month, month + interval '1 month'
        );
        execute format('alter table %I drop constraint %I', partition, partition || '_month');
      end if;
    end if;
  end loop;
end
$$;
revoke execute on function ensure_event_partitions from public;

-- Per aggregate the versions seen; what lies below the highest and was not seen is missing.
create table event_sequence_tracking (
  aggregate text not null, -- order, payment, shipment, return, stock
  aggregate_id text not null,
  seen int8multirange not null,
  missing int8multirange generated always as (int8multirange(int8range(1, upper(seen))) - seen) stored,
  late_events bigint not null default 0, -- arrived after a higher version
  updated_at timestamptz not null default now(),
  primary key (aggregate, aggregate_id)
);
create index on event_sequence_tracking (aggregate, aggregate_id) where not isempty(missing);

-- Which customers, sessions and orders had any event in which hour: exact distinct counts over any range of hours.
create table active_users (
  hour timestamptz not null,
  kind text not null, -- customer, session, order (whose customer may become known later)
  id text not null,
  primary key (hour, kind, id)
);

-- Hours to recompute. Append only: an upsert would make every worker wait for the row of the current hour.
create table dirty_windows (
  id bigint generated always as identity primary key,
  hour timestamptz not null
);
create index on dirty_windows (hour);
