-- The admin API's database user, what it may do, and the record of what it did.
do $$
begin
  begin
    create role analytics_admin login;
  exception when duplicate_object or unique_violation then
    null; -- roles belong to the cluster: another database of it may have made it
  end;
  alter role analytics_admin set timezone = 'UTC';
  alter role analytics_admin set statement_timeout = '20s'; -- an HTTP API waits 30 s for an answer
  if exists (select from pg_roles where rolname = 'rds_iam') then
    grant rds_iam to analytics_admin;
  end if;
end
$$;

-- Every call of the admin API, reads too. A call that changes something is there before it begins and again as it ends:
-- one that was cut off is seen by its missing end.
create table admin_audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  request_id text not null,
  principal text not null, -- the IAM identity that called
  route text not null,
  parameters jsonb not null, -- ids and filters; of anything else only the name
  dry_run boolean not null,
  outcome text not null check (outcome in ('begun', 'succeeded', 'repeated', 'refused', 'failed')),
  status int, -- of the answer; null while it is not known
  counts jsonb not null default '{}'
);
create index on admin_audit (at);

create function refuse_change() returns trigger
language plpgsql
as $$ begin raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege'; end $$;

create trigger append_only before update or delete or truncate on admin_audit
  for each statement execute function refuse_change();

grant select, insert on admin_audit to analytics_admin;
grant select on dead_letter_queue, job_runs to analytics_admin;
grant update (status, replays) on dead_letter_queue to analytics_admin;

-- A replayed letter that fails again is the same row, open again.
grant update (status, reason, pointer, keyword, event_type, event_source, event_id, masked_view, captured_at)
  on dead_letter_queue to analytics_dlq;

-- The job that returns transient ones.
grant select on dead_letter_queue to analytics_jobs;
grant update (status, replays) on dead_letter_queue to analytics_jobs;

-- Lists begin with the newest and go on by id; replays go by id from the oldest.
create index on dead_letter_queue (status, id);
