-- The audit for personal data reads everything, so it has a role of its own, which can write nothing but its findings.
do $$
begin
  begin
    create role analytics_audit login;
  exception when duplicate_object or unique_violation then
    null; -- roles belong to the cluster: another database of it may have made it
  end;
  if exists (select from pg_roles where rolname = 'rds_iam') then
    grant rds_iam to analytics_audit;
  end if;
end
$$;
alter role analytics_audit set timezone = 'UTC';
alter role analytics_audit set statement_timeout = '60s';
alter role analytics_audit set idle_in_transaction_session_timeout = '60s';

-- Where personal data was found: the place and never the value. A row's place is its ctid, since a key may itself be what
-- was found; it leads to the row until that is updated or vacuumed away.
create table pii_findings (
  table_name text not null,
  column_name text not null,
  path text not null, -- within jsonb: names that a schema knows, others as *
  detector text not null,
  pass_started_at timestamptz not null, -- of the last pass over all tables that found it
  found bigint not null, -- values, in that pass
  row_place text not null, -- of the first of them
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  primary key (table_name, column_name, path, detector)
);

-- Of the tables made later too, partitions included: an audit that cannot read a table does not see what is in it.
grant select on all tables in schema public to analytics_audit;
alter default privileges in schema public grant select on tables to analytics_audit;
grant insert, update on pii_findings, job_runs to analytics_audit;

grant select on pii_findings to analytics_query;

-- What /data-quality asks, without reading every aggregate.
create index on event_sequence_tracking (aggregate) include (late_events) where late_events > 0;
create index on dead_letter_queue (received_at);
