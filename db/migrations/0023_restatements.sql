-- An entry of "earliest" may name the event behind its time: time, source and id, joined by U+0001. The lowest of them is
-- then kept, whatever the order of arrival; entries of events folded before hold the time alone.
create or replace function instant(utc text) returns timestamptz
language plpgsql immutable strict parallel safe
as $$ begin return split_part(utc, E'\x01', 1)::timestamptz; end $$;

-- Which business days were reported: all before `reported_until`, by the daily aggregation.
create table daily_reports (
  time_zone text primary key,
  reported_until timestamptz not null,
  reported_at timestamptz not null,
  -- Events that are visible in this snapshot are known to whatever was restated until then.
  counted_at timestamptz not null,
  counted pg_snapshot not null
);

-- What changed in a reported day: a row per report and measure, from what the report said to what holds now.
create table restatements (
  id bigint generated always as identity primary key,
  time_zone text not null,
  day date not null,
  currency text not null,
  channel text not null,
  metric text not null,
  reported_at timestamptz not null, -- of the report that said `before`
  before numeric not null,
  after numeric not null,
  delta numeric not null generated always as (after - before) stored,
  late_events bigint not null,
  restated_at timestamptz not null,
  counted pg_snapshot not null,
  unique (time_zone, day, currency, channel, metric, reported_at)
);
create index on restatements (day);

create index on analytics_events using brin (received_at) with (pages_per_range = 32);

-- Whether a row was not committed yet for who took the snapshot. `row_xmin` has 32 bits of the transaction's 64; no row is
-- 2^32 transactions old.
create function is_new_since(row_xmin xid, snapshot pg_snapshot) returns boolean
language sql stable parallel safe
as $$
  select not pg_visible_in_snapshot((newest - ((newest - row_xmin::text::bigint) & 4294967295))::text::xid8, snapshot)
  from (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint) as now (newest)
$$;

grant select, insert, update, delete on daily_reports, restatements to analytics_jobs;
grant select (order_id, received_at, xmin) on analytics_events to analytics_jobs;
grant select on active_users to analytics_jobs;
grant select on restatements to analytics_query;
