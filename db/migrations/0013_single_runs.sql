-- One run of a job at a time, by a lease: who has it, what for, and until when. It ends by itself with its run's function,
-- so a run that was killed gives it up without a word. A row comes with the first run of its job.
alter table job_locks
  add column holder text, -- the invocation's request id, which its own retry has too
  add column work text, -- digest of what the run was asked for: a trigger for the same is done by it
  add column held_until timestamptz,
  add column run_id bigint; -- of job_runs, whose old rows may go
grant insert on job_locks to analytics_jobs;
grant select, insert, update on job_locks to analytics_audit;

-- Triggers that were not run: they came again after the run was done, or while it did the same.
alter table job_runs add column skipped int not null default 0;

-- Recomputations that were asked for by the admin API: the marks they made, and what the rollups said before.
create table aggregations (
  id bigint generated always as identity primary key,
  requested_at timestamptz not null default now(),
  from_at timestamptz not null,
  to_at timestamptz not null,
  hours int not null,
  last_mark bigint not null, -- of dirty_windows: what is dirty up to here was still asked for
  before jsonb not null -- sums of the rollups by currency
);
grant select, insert on aggregations to analytics_admin;
grant select on dirty_windows, hourly_metrics to analytics_admin;

-- What the job watch looks at besides.
grant select (event_type, occurred_at) on analytics_events to analytics_jobs;
