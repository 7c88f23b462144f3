-- What a function no longer waits for must not go on in the server: an environment that was frozen or killed amid a
-- transaction would hold its locks for hours.
do $$
declare
  name text;
begin
  foreach name in array array['analytics_ingest', 'analytics_dlq'] loop
    execute format('alter role %I set statement_timeout = %L', name, '30s');
    execute format('alter role %I set idle_in_transaction_session_timeout = %L', name, '30s');
    execute format('alter role %I set lock_timeout = %L', name, '20s');
  end loop;
end
$$;
alter role analytics_query set idle_in_transaction_session_timeout = '10s';
alter role analytics_jobs set statement_timeout = '300s';
alter role analytics_jobs set idle_in_transaction_session_timeout = '60s';
