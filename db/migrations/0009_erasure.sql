-- Erasure of a person. What is left is a keyed digest of the customer id: nobody can read the id from it, and ingestion,
-- which holds the key, knows an event of the person when it comes again.
create table erasures (
  digest text primary key,
  key_version text not null, -- of the digest: the key must be kept as long as the row
  erased_at timestamptz not null default now(),
  completed_at timestamptz,
  touched jsonb not null default '{}', -- rows by table
  pending jsonb -- while under way: where to go on and what stands for whom; nothing links the person to it afterwards
);

-- Digests of every identity that must not come back: the customer's id, anonymous ids and pseudonyms that were the customer's.
-- Ingestion reads it in each transaction; an erasure locks it whole to wait for the transactions that read it before.
create table erased_identities (
  digest text primary key,
  key_version text not null,
  erasure text not null references erasures (digest)
);

grant select on erased_identities to analytics_ingest, analytics_dlq;
grant select, insert, update on erasures, erased_identities to analytics_admin;
grant select, update on analytics_events, orders, payments, returns, sessions, customers to analytics_admin;
grant select, insert, delete on active_users to analytics_admin;
grant insert on dirty_windows to analytics_admin; -- by the triggers of what it updates
grant update (original, data_key, masked_view, status) on dead_letter_queue to analytics_admin;
