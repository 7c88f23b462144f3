-- Takes a verified month out of analytics_events, if what was exported is still all that it holds. Only the owner may
-- detach, so this runs as the owner and asks everything again that a wrong drop would have to get past.
-- Answers what it found: detached, or why not: changed, dirty, replayed, busy.
create or replace function detach_event_month(retired_month date, retired_attempt int) returns text
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
  -- Detaching locks the whole table exclusively. It is the last thing, so that this holds for the time of a commit. While
  -- it waits, inserts wait behind it: it waits briefly, and once, since who waits for the month meanwhile would be in a
  -- deadlock with a second try. The caller tries again.
  begin
    execute format('alter table analytics_events detach partition %I', partition);
  exception when lock_not_available then
    return 'busy';
  end;
  -- Under the old name a late event's month could not be made again.
  execute format('alter table %I rename to %I', partition, format('retired_events_%s_%s', to_char(retired_month, 'YYYY_MM'), retired_attempt));
  update retained_months set state = 'detached', detached_at = now() where month = retired_month;
  return 'detached';
end
$$;
