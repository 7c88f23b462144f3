import type { Temporal } from 'temporal-polyfill';
import { BadParameter } from '#core/problem.ts';
import { readInstant, readParameters } from '#core/query-parameters.ts';
import { startAggregation } from '#db/admin/start-aggregation.ts';
import type { AdminRoute } from '../admin-route.ts';
import { readBody } from '../read-body.ts';

/** Whole hours of UTC, half open. */
interface Parameters {
  readonly from: string;
  readonly to: string;
  readonly hours: number;
}

/** Ten years: the job takes 500 hours a transaction, so some minutes. */
const MOST_HOURS = 87_672;

/** Has the hours of a range recomputed from facts, by the run of the next minute. */
export const route: AdminRoute<Parameters> = {
  read: ({ query, body, zone }) => {
    readParameters(query, []);
    const members = readBody(body, ['from', 'to']);
    const from = readHour(members, 'from', zone, 'floor');
    const to = readHour(members, 'to', zone, 'ceil');
    const hours = from.until(to).total('hours');
    if (hours <= 0) throw new BadParameter('to', 'expected an instant after from');
    if (hours > MOST_HOURS) throw new BadParameter('to', `expected ${MOST_HOURS} hours after from at most`);
    return { from: from.toString(), to: to.toString(), hours };
  },
  audited: (parameters) => ({ ...parameters }),
  answer: async ({ from, to, hours }, { database, dryRun }) => {
    const started = dryRun ? { id: null, hours } : await startAggregation(database(), from, to);
    const data = { id: started.id, from, to, hours, marked: dryRun ? 0 : started.hours };
    return { data, counts: { matched: hours, marked: data.marked } };
  },
};

/** Widened to the hour, as the rollups have them. */
function readHour(
  members: ReadonlyMap<string, string>,
  name: string,
  zone: string,
  roundingMode: 'floor' | 'ceil',
): Temporal.Instant {
  const instant = readInstant(members, name, zone);
  if (instant === undefined) throw new BadParameter(name, 'expected a date or a date-time');
  return instant.round({ smallestUnit: 'hour', roundingMode });
}
