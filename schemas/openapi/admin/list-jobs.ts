import { jobs } from '#contract/jobs.ts';
import {
  type AdminDocumentation,
  closed,
  count,
  instant,
  listOf,
  oneOf,
  orNull,
  parameter,
  rowId,
  text,
  textOrNull,
} from '../parts.ts';
import { page, paged } from '../shared.ts';

export const documentation: AdminDocumentation = {
  summary: 'Runs of the jobs, the newest first',
  parameters: [parameter('job', oneOf(jobs.map(({ name }) => name)), 'Runs of this one'), ...page],
  data: listOf(
    closed({
      ...{ id: rowId, job: text, scheduledAt: orNull(instant), startedAt: instant, finishedAt: orNull(instant) },
      status: oneOf(['running', 'succeeded', 'failed']),
      result: { description: 'What the job says of its run: any JSON' },
      error: { ...textOrNull, description: 'A name or code' },
      skipped: { ...count, description: 'Triggers that were not run, because this run did what they asked for' },
    }),
    { maxItems: 500 },
  ),
  meta: paged,
};
