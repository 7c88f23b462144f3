-- A version of what answers are made from, so that "has anything changed?" costs one short read: per table the number of
-- statements that changed it. Written in the transaction that changes the table, so whoever sees a change sees its count,
-- and nobody sees the count before the change. Append only: an update of one row a table would make all writers wait for
-- each other. The job `aggregate` adds the rows of a table up to one; the sum never falls.
create table data_changes (
  id bigint generated always as identity primary key,
  relation text not null,
  changes bigint not null default 1
);
create index on data_changes (relation);
grant select on data_changes to analytics_query;
grant select, insert, delete on data_changes to analytics_jobs;

-- As the owner, so that none who writes a table may write the counts otherwise. An argument stands for the table's name.
create function note_change() returns trigger
language plpgsql security definer
set search_path = public, pg_temp
as $$
begin
  insert into data_changes (relation) values (coalesce(tg_argv[0], tg_table_name));
  return null;
end $$;

-- A statement without effect (a run of `aggregate` with nothing to do) is no change.
create function note_change_of_rows() returns trigger
language plpgsql security definer
set search_path = public, pg_temp
as $$
begin
  if exists (select from changed_rows) then
    insert into data_changes (relation) values (tg_table_name);
  end if;
  return null;
end $$;

-- Counts the changes of every table that the query API may read and that is not counted yet. Called whenever migrations
-- were applied, so that no table can be forgotten.
create function note_changes_of_answers() returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
  relation text;
begin
  for relation in
    select relname from pg_class c
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> 'data_changes'
      and has_any_column_privilege('analytics_query', c.oid, 'select')
      and not exists (select from pg_trigger where tgrelid = c.oid and tgname like 'note\_%')
    order by relname
  loop
    if relation in ('analytics_events', 'active_users', 'sessions') then
      -- Most rows of ingestion: keeping them for the trigger as well would cost more than a statement without effect.
      execute format('create trigger note_change after insert or update or delete on %I for each statement execute function note_change()', relation);
    else
      execute format('create trigger note_insert after insert on %I referencing new table as changed_rows for each statement execute function note_change_of_rows()', relation);
      execute format('create trigger note_update after update on %I referencing new table as changed_rows for each statement execute function note_change_of_rows()', relation);
      execute format('create trigger note_delete after delete on %I referencing old table as changed_rows for each statement execute function note_change_of_rows()', relation);
    end if;
    execute format('create trigger note_truncate after truncate on %I for each statement execute function note_change()', relation);
  end loop;
end $$;
revoke execute on function note_changes_of_answers from public;

-- A month leaves with its partition, without a statement on the table.
create trigger count_retired after update on retained_months for each statement execute function note_change('analytics_events');

-- The runs of jobs change every few seconds. Of them answers tell what the reconciliation last found, and read no more.
create view reconcile_runs as
  select id, started_at, result from job_runs where job = 'reconcile' and status = 'succeeded';
grant select on reconcile_runs to analytics_query;
revoke select on job_runs from analytics_query;
create trigger note_insert after insert on job_runs
  for each row when (new.job = 'reconcile' and new.status = 'succeeded') execute function note_change();
create trigger note_update after update on job_runs
  for each row when (new.job = 'reconcile' and new.status = 'succeeded') execute function note_change();
create trigger note_delete after delete on job_runs
  for each row when (old.job = 'reconcile' and old.status = 'succeeded') execute function note_change();
create trigger note_truncate after truncate on job_runs for each statement execute function note_change();
