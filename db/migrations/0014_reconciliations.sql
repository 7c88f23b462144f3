-- What publishers say that they sent: a fact, so that a corrected report holds whatever the order of arrival.
create table reported_counts (
  report_id text primary key, -- source, type and period
  earliest jsonb not null default '{}',
  latest jsonb not null default '{}',
  source text generated always as (latest -> 'source' ->> 1) stored,
  event_type text generated always as (latest -> 'type' ->> 1) stored,
  period_from timestamptz generated always as (instant(latest -> 'from' ->> 1)) stored,
  period_to timestamptz generated always as (instant(latest -> 'to' ->> 1)) stored,
  events bigint generated always as ((latest -> 'count' ->> 1)::bigint) stored,
  first_received_at timestamptz not null default now()
);
create index on reported_counts (period_to);
create index on reported_counts (first_received_at);

-- Events stored per hour of UTC and type, zeros included, so that an hour without a row is one that was not counted. What
-- is normal is learnt from here: months of raw events need not be counted every day, and may be gone.
create table event_counts (
  hour timestamptz not null,
  event_type text not null,
  events bigint not null,
  primary key (hour, event_type)
);

-- Whether the month of an instant is there to be counted: one that was retired holds no zero.
create function has_event_month(at timestamptz) returns boolean
language sql stable
set search_path = public, pg_temp
as $$
  select exists (
    select from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'analytics_events'::regclass and relname = 'analytics_events_' || to_char(at at time zone 'UTC', 'YYYY_MM')
  )
$$;

create table reconciliations (
  id bigint generated always as identity primary key,
  -- sequence: versions missing below the highest; count: fewer or more than a publisher reported; rate: improbably few
  kind text not null check (kind in ('sequence', 'count', 'rate')),
  event_type text not null,
  source text, -- of a count
  aggregate_id text, -- of a sequence
  period_from timestamptz, -- of counts and rates, half open
  period_to timestamptz,
  expected double precision not null,
  found bigint not null,
  missing bigint not null, -- below 0: more than reported
  dead_lettered bigint, -- of the missing of a count, how many wait or were discarded as dead letters
  probability double precision, -- of a rate
  versions int8multirange, -- of a sequence: known to be missing for longer than a message may be on its way
  watched int8multirange, -- of a sequence: all that were missing at watched_at
  watched_at timestamptz,
  -- pending: not missing for long enough to be a finding; acknowledged: nothing will bring them, and somebody knows
  status text not null check (status in ('pending', 'open', 'acknowledged', 'resolved')),
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  resolved_at timestamptz,
  unique nulls not distinct (kind, event_type, source, aggregate_id, period_from, period_to)
);
create index on reconciliations (status, id);

grant select, insert, update on reported_counts to analytics_ingest;
grant select on reported_counts, event_sequence_tracking to analytics_jobs;
grant select (event_source, event_id, event_type, occurred_at) on analytics_events to analytics_jobs;
grant select, insert, update on event_counts to analytics_jobs;
grant select, insert, update, delete on reconciliations to analytics_jobs;
grant select on reconciliations, event_counts to analytics_query;
grant select, update on reconciliations to analytics_admin;
