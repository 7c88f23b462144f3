-- A message that SQS redrove may hold an event that is stored: the capture asks the ledger.
grant select on processed_events to analytics_dlq;
