-- Replays from the archive of the event bus. While one runs, the months of its range are not dropped.
create table replays (
  id bigint generated always as identity primary key,
  name text not null unique, -- at EventBridge
  from_at timestamptz not null, -- when the bus took the events, not when they happened
  to_at timestamptz not null,
  types text[] not null, -- whose rules they went to
  known_before bigint not null, -- events of these types and this range that were stored when it was asked for
  status text not null default 'running' check (status in ('running', 'succeeded', 'failed', 'cancelled')),
  state text, -- EventBridge's own word for it, and its reason
  reason text,
  replayed_until timestamptz, -- time of the last event that was replayed
  requested_at timestamptz not null default now(),
  finished_at timestamptz,
  check (from_at < to_at),
  check ((status = 'running') = (finished_at is null))
);
create index on replays (id) where status = 'running';

-- The admin API begins and follows them; a job follows them too, so that one nobody asks about ends all the same.
grant select, insert on replays to analytics_admin;
grant update (status, state, reason, replayed_until, finished_at) on replays to analytics_admin, analytics_jobs;
grant select on replays to analytics_jobs;
