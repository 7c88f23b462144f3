-- The aggregation replaces days of it: without this index each run read the names of all days there are.
create index on catalogue (time_zone, bucket);
