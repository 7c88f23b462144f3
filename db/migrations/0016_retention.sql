-- Retiring what is past its retention: months of raw events to files and out of the database, then entries of the ledger,
-- dead letters and runs. A role of its own, since no other may delete these.
do $$
begin
  begin
    create role analytics_retain login;
  exception when duplicate_object or unique_violation then
    null; -- roles belong to the cluster: another database of it may have made it
  end;
  if exists (select from pg_roles where rolname = 'rds_iam') then
    grant rds_iam to analytics_retain;
  end if;
end
$$;
alter role analytics_retain set timezone = 'UTC';
alter role analytics_retain set statement_timeout = '300s';
alter role analytics_retain set idle_in_transaction_session_timeout = '60s';
alter role analytics_retain set lock_timeout = '20s';

-- A month's way out. Every step can be repeated: a run that is cut off anywhere is gone on with by the next.
create table retained_months (
  month date primary key, -- its first day, UTC
  state text not null check (state in ('exporting', 'exported', 'verified', 'detached', 'dropped')),
  attempt int not null default 1, -- a month that changed while it was exported is exported again
  next_block bigint not null default 0, -- of the partition, while it is exported
  surrogate_key bytea, -- that ids of persons are replaced under; gone with the export's end, so that nobody leads back
  rows bigint not null default 0, -- of this attempt's files, as the next
  checksum text not null default '0', -- sum of the rows' 64-bit hashes
  started_at timestamptz not null default now(),
  exported_at timestamptz,
  verified_at timestamptz,
  detached_at timestamptz,
  dropped_at timestamptz,
  check ((surrogate_key is not null) = (state = 'exporting'))
);

create table retained_files (
  key text primary key, -- of the object
  month date not null references retained_months,
  attempt int not null,
  rows bigint not null,
  bytes bigint not null,
  sha256 text not null, -- base64, of the compressed file
  verified_at timestamptz -- when it was read back
);
create index on retained_files (month, attempt);

create index on processed_events (processed_at);
create index on job_runs (started_at);

-- What the rows of a month are: their number, and the sum of their hashes, which does not depend on their order.
create function sum_event_month(month date, out rows bigint, out checksum text)
language sql stable
set timezone = 'UTC'
set datestyle = 'ISO, MDY'
as $$
  select count(*), coalesce(sum(hashtextextended(e::text, 0)::numeric), 0)::text
  from analytics_events e
  where occurred_at >= month::timestamp at time zone 'UTC'
    and occurred_at < (month + interval '1 month') at time zone 'UTC'
$$;

-- Takes a verified month out of analytics_events, if what was exported is still all that it holds. Only the owner may
-- detach, so this runs as the owner and asks everything again that a wrong drop would have to get past.
-- Answers what it found: detached, or why not: changed, dirty, replayed, busy.
create function detach_event_month(retired_month date, retired_attempt int) returns text
language plpgsql security definer
set search_path = public, pg_temp
set timezone = 'UTC'
-- Shorter than deadlock_timeout (1 s): whoever is in the way goes on, and this gives in.
set lock_timeout = '400ms'
as $$
declare
  first_instant timestamptz := retired_month::timestamp at time zone 'UTC';
  last_instant timestamptz := (retired_month + interval '1 month') at time zone 'UTC';
  partition text := 'analytics_events_' || to_char(retired_month, 'YYYY_MM');
  exported record;
  found_rows bigint;
  found_checksum text;
begin
  select state, attempt, rows, checksum into strict exported from retained_months where month = retired_month for update;
  if exported.state <> 'verified' or exported.attempt <> retired_attempt then
    raise exception 'month is not verified in this attempt';
  end if;
  if last_instant > now() - interval '2 days' then
    raise exception 'month is not past';
  end if;
  if exists (select from replays where status = 'running' and from_at < last_instant and to_at > first_instant) then
    return 'replayed';
  end if;
  begin
    execute format('lock table %I in share mode', partition); -- no row comes or changes from here on
  exception when lock_not_available then
    return 'busy';
  end;
  if exists (select from dirty_windows where hour >= first_instant and hour < last_instant) then
    return 'dirty';
  end if;
  select s.rows, s.checksum into found_rows, found_checksum from sum_event_month(retired_month) s;
  if (found_rows, found_checksum) is distinct from (exported.rows, exported.checksum) then
    return 'changed';
  end if;
  -- Detaching locks the whole table exclusively. It is the last thing, so that this holds for the time of a commit; while
  -- it waits, inserts wait behind it, so it waits briefly and lets them pass in between.
  for tries in 1..20 loop
    begin
      execute format('alter table analytics_events detach partition %I', partition);
      -- Under the old name a late event's month could not be made again.
      execute format('alter table %I rename to %I', partition, format('retired_events_%s_%s', to_char(retired_month, 'YYYY_MM'), retired_attempt));
      update retained_months set state = 'detached', detached_at = now() where month = retired_month;
      return 'detached';
    exception when lock_not_available then
      perform pg_sleep(0.1 + random() * 0.2);
    end;
  end loop;
  return 'busy';
end
$$;
revoke execute on function detach_event_month from public;

-- Drops a month that was detached the day before. Until then attaching it again undoes everything.
create function drop_event_month(retired_month date, retired_attempt int) returns void
language plpgsql security definer
set search_path = public, pg_temp
set lock_timeout = '5s'
as $$
begin
  update retained_months set state = 'dropped', dropped_at = now()
  where month = retired_month and attempt = retired_attempt and state = 'detached' and detached_at < now() - interval '20 hours';
  if not found then
    raise exception 'month was not detached the day before in this attempt';
  end if;
  execute format('drop table %I', format('retired_events_%s_%s', to_char(retired_month, 'YYYY_MM'), retired_attempt));
end
$$;
revoke execute on function drop_event_month from public;

grant execute on function ensure_event_partitions, detach_event_month, drop_event_month to analytics_retain;
grant select on analytics_events, dirty_windows, replays to analytics_retain;
grant select, insert, update on retained_months to analytics_retain;
grant select, insert, update, delete on retained_files to analytics_retain;
grant select (event_source, event_id, processed_at), delete on processed_events to analytics_retain;
grant select (id, received_at, status), delete on dead_letter_queue to analytics_retain;
grant select, insert, update, delete on job_runs to analytics_retain;
grant select, insert, update on job_locks to analytics_retain;
grant select, insert, update on job_locks to analytics_retain; -- its lease: decision 0019
grant select (month, state, rows, started_at, detached_at, dropped_at) on retained_months to analytics_jobs, analytics_query;
