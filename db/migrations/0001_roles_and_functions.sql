-- One database role per kind of function; each logs in with an IAM token (on AWS through the role rds_iam).
do $$
declare
  name text;
begin
  foreach name in array array['analytics_ingest', 'analytics_dlq', 'analytics_query', 'analytics_jobs'] loop
    begin
      execute format('create role %I login', name);
    exception when duplicate_object or unique_violation then
      null; -- roles belong to the cluster: another database of it may have made them
    end;
    execute format('alter role %I set timezone = %L', name, 'UTC');
    if exists (select from pg_roles where rolname = 'rds_iam') then
      execute format('grant rds_iam to %I', name);
    end if;
  end loop;
end
$$;

-- A dashboard that asks too much must not hold a connection, and must not be able to write.
alter role analytics_query set statement_timeout = '5s';
alter role analytics_query set default_transaction_read_only = on;

-- Facts hold two maps of entries [order, value]: "earliest" keeps per name the entry with the lowest order, "latest" the
-- one with the highest. Both merges are commutative, associative and idempotent (a join semilattice, as in state-based
-- CRDTs), so facts do not depend on the order, batching or repetition of events. Text is compared by code point.
create function merge_earliest(a jsonb, b jsonb) returns jsonb
language sql immutable parallel safe
return coalesce((
  select jsonb_object_agg(name, entry)
  from (
    select distinct on (name) name, entry
    from (select * from jsonb_each(a) union all select * from jsonb_each(b)) as entries (name, entry)
    order by name, (entry ->> 0) collate "C"
  ) as kept
), '{}');

create function merge_latest(a jsonb, b jsonb) returns jsonb
language sql immutable parallel safe
return coalesce((
  select jsonb_object_agg(name, entry)
  from (
    select distinct on (name) name, entry
    from (select * from jsonb_each(a) union all select * from jsonb_each(b)) as entries (name, entry)
    order by name, (entry ->> 0) collate "C" desc
  ) as kept
), '{}');

-- The cast depends on the session's zone only for text without an offset; ours always ends in Z, so that it may be
-- called immutable and used in generated columns.
create function instant(utc text) returns timestamptz
language plpgsql immutable strict parallel safe
as $$ begin return utc::timestamptz; end $$;

create function hour_of(at timestamptz) returns timestamptz
language sql immutable strict parallel safe
return date_trunc('hour', at, 'UTC');
