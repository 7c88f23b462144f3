-- Which customer an anonymous id was seen with, on events that carry both. The lowest and the highest are enough to tell one
-- customer from several, merge in any order, and keep the ids of at most two. No raw event is needed for it later.
create table visitor_identities (
  anonymous_id text primary key,
  lowest_customer text collate "C" not null,
  highest_customer text collate "C" not null,
  -- null: seen with several, it belongs to none
  customer_id text generated always as (case when lowest_customer = highest_customer then lowest_customer end) stored
);
create index on visitor_identities (customer_id) where customer_id is not null;

insert into visitor_identities (anonymous_id, lowest_customer, highest_customer)
select anonymous_id, min(customer_id collate "C"), max(customer_id collate "C")
from analytics_events
where anonymous_id is not null and customer_id is not null
group by anonymous_id;

-- The touches of a person's way to an order: one row per session. `origin` is what the session's earliest event with a
-- campaign or a referrer says (core/session-origin.ts); without one people came directly. A view, so that a page view
-- writes one row and not two, and an erasure of the session is one of the touch.
create view customer_journey_events as
select
  session_id, started_at as began_at, customer_id, anonymous_id,
  case when earliest ? 'origin' then earliest #>> '{origin,1,source}' else '(direct)' end as source,
  case when earliest ? 'origin' then earliest #>> '{origin,1,medium}' else '(none)' end as medium,
  earliest #>> '{origin,1,campaign}' as campaign,
  earliest #>> '{origin,1,term}' as term,
  earliest #>> '{origin,1,content}' as content,
  earliest #>> '{origin,1,referrer_host}' as referrer_host,
  coalesce(earliest #>> '{origin,1,channel}', 'Direct') as marketing_channel
from sessions;

create index on sessions (customer_id, started_at) where customer_id is not null;
create index on sessions (anonymous_id, started_at) where customer_id is null and anonymous_id is not null;

grant select, insert, update on visitor_identities to analytics_ingest;
grant select on visitor_identities, customer_journey_events to analytics_query;
grant select, update on visitor_identities to analytics_admin;
