import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type JobRow, jobs } from '#contract/jobs.ts';
import { auditedLogGroups, grantLogs } from '../constructs/grant-logs.ts';
import { grantReplay } from '../constructs/grant-queues.ts';
import { grantRates } from '../constructs/grant-rates.ts';
import { grantFollowing } from '../constructs/grant-replays.ts';
import { grantTimestream } from '../constructs/grant-timestream.ts';
import { ScheduledJob } from '../constructs/scheduled-job.ts';
import { SchedulesFailing } from '../constructs/schedules-failing.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { grantSingleRuns } from '../constructs/single-runs.ts';
import { Valve } from '../constructs/valve.ts';
import type { DataStack } from './data-stack.ts';
import type { IngestStack } from './ingest-stack.ts';

export interface JobsStackProps extends StackProps {
  readonly data: DataStack;
  readonly ingest: IngestStack;
}

const whatRetiringTakes = [
  'RAW_RETENTION_DAYS',
  'MAX_FUTURE_HOURS',
  'LEDGER_RETENTION_DAYS',
  'DEAD_LETTER_RETENTION_DAYS',
] as const;

/** The scheduled jobs; those that a deployment runs are in the data stack, before everything else. */
export class JobsStack extends Stack {
  constructor(scope: Construct, id: string, { data, ingest, ...props }: JobsStackProps) {
    super(scope, id, props);
    const { platform } = data;
    const timeZone = platform.settings.functions.ANALYTICS_TIME_ZONE;
    new SchedulesFailing(this, 'SchedulesFailing');
    const rows: readonly JobRow[] = jobs;
    for (const job of rows.filter(({ onDeploy }) => !onDeploy)) {
      const handler = new ServiceFunction(this, job.name, {
        platform,
        name: `job-${job.name}`,
        description: `Job ${job.name}`,
        timeout: Duration.seconds(job.timeoutSeconds),
        memoryMb: job.memoryMb,
        databaseRole: job.databaseRole,
        settings: [
          'ANALYTICS_TIME_ZONE',
          'IDEMPOTENCY_RETENTION_DAYS',
          ...(job.movesValve ? (['BREAKER_OPEN_SECONDS', 'INGEST_CONCURRENCY_FACTOR'] as const) : []),
          ...(job.readsLogs ? (['AUDIT_LOG_GROUPS'] as const) : []),
          ...(job.retires ? whatRetiringTakes : []),
          ...(job.publishesMeasures ? (['TIMESTREAM_TABLE', 'TIMESTREAM_ENDPOINT'] as const) : []),
          ...(job.readsRates ? (['FX_RATES_URL', 'ANALYTICS_CURRENCY'] as const) : []),
        ],
      });
      grantSingleRuns(handler, job, data.idempotencyTable);
      if (job.replaysDeadLetters) grantReplay(handler, ingest.queues, data.deadLetterKey);
      if (job.readsLogs) grantLogs(handler, auditedLogGroups(platform.settings));
      if (job.publishesMeasures) grantTimestream(handler, platform.settings);
      if (job.followsReplays) grantFollowing(handler);
      if (job.readsRates) grantRates(handler, platform.settings);
      if (job.retires) data.exportBucket.grantExport(handler);
      if (job.movesValve) new Valve(this, `${job.name}-control`, { handler, table: data.valveTable });
      new ScheduledJob(this, `${job.name}-schedule`, { job, handler, timeZone });
    }
  }
}
