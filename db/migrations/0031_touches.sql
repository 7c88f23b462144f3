-- /marketing looks up the sessions of each order's person, those that name no customer by their anonymous id: over a year a
-- tenth of the sessions that it read before. A session is in this index or in that of customers, not in both.
create index if not exists sessions_anonymous_id_started_at_idx on sessions (anonymous_id, started_at)
  where customer_id is null and anonymous_id is not null;
