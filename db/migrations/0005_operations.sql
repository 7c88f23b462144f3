create table dead_letter_queue (
  id bigint generated always as identity primary key,
  deduplication_key text not null unique, -- the same dead letter delivered again is one row
  event_type text,
  reason text not null,
  pointer text not null,
  keyword text not null,
  event_source text,
  event_id text,
  queue text not null,
  received_at timestamptz not null, -- when the event came to the service
  captured_at timestamptz not null default now(),
  status text not null default 'open' check (status in ('open', 'replayed', 'discarded')),
  replays int not null default 0,
  masked_view jsonb not null,
  original bytea not null, -- AES-256-GCM: nonce, ciphertext, tag
  data_key bytea not null -- the data key that encrypts it, itself encrypted by the key management service
);
create index on dead_letter_queue (reason, event_type);

create table job_runs (
  id bigint generated always as identity primary key,
  job text not null,
  scheduled_at timestamptz,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  status text not null default 'running' check (status in ('running', 'succeeded', 'failed')),
  result jsonb,
  error text
);
create index on job_runs (job, started_at);

-- A job that must not overlap itself holds its row for the length of each transaction.
create table job_locks (job text primary key);
insert into job_locks values ('aggregate');
