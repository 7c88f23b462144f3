-- No statement looks a session up by its anonymous id: touches read the sessions of a time and join who they are of, and an
-- erasure walks the table by its key. It cost a write for each session that names no customer.
drop index if exists sessions_anonymous_id_started_at_idx;
