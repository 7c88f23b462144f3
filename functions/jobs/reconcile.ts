import { Temporal } from 'temporal-polyfill';
import { type EventType, eventTypes } from '#contract/event-types.ts';
import { metrics as metricNames } from '#contract/metrics.ts';
import { readReportedCounts } from '#core/reconcile/read-reported-counts.ts';
import { typeOfAggregate } from '#core/type-of-aggregate.ts';
import { countOpenFindings } from '#db/reconcile/count-open-findings.ts';
import { reconcileReports } from '#db/reconcile/reconcile-reports.ts';
import { reconcileSequences } from '#db/reconcile/reconcile-sequences.ts';
import { readSettings } from '#runtime/config.ts';
import { database } from '#runtime/database.ts';
import { jobHandler } from '#runtime/job-handler.ts';
import { logger, metrics } from '#runtime/observability.ts';
import { readRange } from './read-range.ts';
import { reconcileRates } from './reconcile-rates.ts';

/** What comes later than this was not merely on its way: the queues' four deliveries end after 12 minutes. */
const GRACE_SECONDS = 2 * 3600;
/** To count one day more; a million events take seconds. */
const RESERVE_MILLISECONDS = 60_000;

const { ANALYTICS_TIME_ZONE: zone } = readSettings(['ANALYTICS_TIME_ZONE']);
/** Its events are about those of the others. */
const REPORT_TYPE: EventType = 'analytics.reconciliation.reported';
const types = eventTypes.map(({ type }) => type).filter((type) => type !== REPORT_TYPE);

/**
 * Compares what is stored with what should be: sequence numbers, counts that publishers reported, and the same weekdays of
 * the last eight weeks. In the payload a range, by default the day before; {counts: [{source, type, from, to, count}]} are
 * reports that did not come as events.
 */
export const handler = jobHandler('reconcile', async (payload, { scheduledAt, remainingMilliseconds }) => {
  const given = readReportedCounts(payload.counts);
  const range = readRange(payload, scheduledAt, zone) ?? readRange({ day: 'yesterday' }, scheduledAt, zone)!;
  const patience = { now: new Date(), graceSeconds: GRACE_SECONDS };

  await reconcileSequences(database(), { ...patience, typeOf: typeOfAggregate });
  const compared = await reconcileReports(database(), { ...patience, ...range, given });
  const { days, tests, notEnoughHistory, isDone } = await reconcileRates(database(), {
    ...patience,
    ...{ zone, types, ...daysOf(range) },
    hasTime: () => remainingMilliseconds() > RESERVE_MILLISECONDS,
  });

  const open = await countOpenFindings(database());
  const findings = open.sequence + open.count + open.rate;
  if (findings > 0) logger.error('reconciliation has open findings', { ...open });
  metrics.addMetric(metricNames.reconciliationFindings, 'Count', findings);
  return { days, tests, compared, open: { ...open }, notEnoughHistory, isDone };
});

/** The business days that the range touches. */
function daysOf({ from, to }: { readonly from: string; readonly to: string }) {
  const day = (instant: Temporal.Instant) => instant.toZonedDateTimeISO(zone).toPlainDate().toString();
  return { from: day(Temporal.Instant.from(from)), to: day(Temporal.Instant.from(to).subtract({ nanoseconds: 1 })) };
}
