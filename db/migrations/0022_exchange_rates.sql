-- Where a day has no rate of its own (weekends, holidays, today before it is published), the last published one is carried
-- forward for some days: those rows say from which day. A rate of its own takes their place whenever it comes.
alter table fx_rates
  add column carried_from date,
  -- entered by somebody: the scheduled file does not take its place
  add column is_entered boolean not null default false;
-- Answers join the rates into one currency; the primary key begins with the day.
create index on fx_rates (to_currency, day);
grant select, insert, update on fx_rates to analytics_jobs;
