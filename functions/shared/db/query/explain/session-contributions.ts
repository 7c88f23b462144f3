import { isInRange, type SourceFragments } from './cell-question.ts';

export const sessionContributions = {
  sessions: (tx, question) => tx`
    select
      s.started_at, s.started_at, ${question.currency}::text, 'session', s.session_id, 'sessions', 'event', 1::numeric,
      s.earliest -> 'event' ->> 0, s.earliest -> 'event' ->> 0
    from sessions s
    where ${isInRange(tx, question, tx`s.started_at`)}
      and (${question.channel}::text is null or coalesce(s.channel, 'unknown') = ${question.channel})`,

  convertedSessions: (tx, question) => tx`
    select
      s.started_at, s.started_at, ${question.currency}::text, 'session', s.session_id, 'convertedSessions', 'created', 1::numeric,
      first.moment, s.earliest -> 'event' ->> 0
    from sessions s
    cross join lateral (
      select min((o.earliest -> 'created' ->> 0) collate "C") as moment
      from orders o
      where o.session_id = s.session_id and o.created_at is not null
    ) as first
    where ${isInRange(tx, question, tx`s.started_at`)} and first.moment is not null
      and (${question.channel}::text is null or coalesce(s.channel, 'unknown') = ${question.channel})`,
} satisfies SourceFragments;
