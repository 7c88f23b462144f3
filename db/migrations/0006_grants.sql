grant select on processed_events to analytics_ingest;
grant insert on processed_events, analytics_events, dirty_windows to analytics_ingest;
grant select, insert on active_users to analytics_ingest;
grant select, insert, update on event_sequence_tracking, orders, payments, shipments, returns, sessions, customers, stock, spend to analytics_ingest;
grant select, insert, delete on order_lines, shipment_lines, return_lines to analytics_ingest;
grant execute on function ensure_event_partitions to analytics_ingest;

grant select, insert on dead_letter_queue to analytics_dlq;

grant select on
  analytics_events, orders, order_lines, payments, shipments, shipment_lines, returns, return_lines, sessions, customers, stock, spend,
  active_users, event_sequence_tracking, sales_movements, hourly_metrics, daily_metrics, revenue_by_source, fx_rates, dirty_windows, job_runs
  to analytics_query;
grant select (id, event_type, reason, pointer, keyword, event_source, event_id, received_at, captured_at, status, replays)
  on dead_letter_queue to analytics_query;

grant select on orders, payments, returns, sales_movements to analytics_jobs;
grant select, insert, delete on hourly_metrics, daily_metrics, revenue_by_source, dirty_windows to analytics_jobs;
grant select, insert, update on job_runs to analytics_jobs;
grant select, update on job_locks to analytics_jobs;
grant select on schema_migrations to analytics_query;
