import { Duration, Stack } from 'aws-cdk-lib';
import { Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { TimeZone } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { JobRow } from '#contract/jobs.ts';
import { metricsNamespace, serviceName } from '#contract/metrics.ts';
import { acknowledge } from './acknowledge.ts';
import { JobNotRun } from './job-not-run.ts';
import { RunbookAlarm } from './runbook-alarm.ts';

export interface ScheduledJobProps {
  readonly job: Pick<JobRow, 'name' | 'schedules' | 'alarms' | 'movesValve'>;
  readonly handler: LambdaFunction;
  /** IANA zone that the schedules are in. */
  readonly timeZone: string;
}

/** A job runs once per scheduled time, so late retries are harmless; past this a run's successors have done its work. */
const MAX_AGE = Duration.hours(6);
const RETRIES = 2;

/**
 * A job's schedules, one queue with an alarm for every run that could not be started or that failed in the end, and the
 * alarms of the job's row on what its runs report.
 */
export class ScheduledJob extends Construct {
  constructor(scope: Construct, id: string, { job, handler, timeZone }: ScheduledJobProps) {
    super(scope, id);
    const failed = new Queue(this, 'Failed', {
      queueName: `analytics-job-${job.name}-failed`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(
      failed,
      'SQS3',
      'It is a dead-letter queue: of the schedules and the function, which cdk-nag does not look at.',
    );
    handler.configureAsyncInvoke({
      maxEventAge: MAX_AGE,
      retryAttempts: RETRIES,
      onFailure: new SqsDestination(failed),
    });
    for (const [index, { expression, payload }] of job.schedules.entries()) {
      new Schedule(this, `Schedule${index + 1}`, {
        description: `Job ${job.name}`,
        schedule: ScheduleExpression.expression(expression, TimeZone.of(timeZone)),
        timeWindow: TimeWindow.off(),
        target: new LambdaInvoke(handler, {
          input: ScheduleTargetInput.fromObject({ ...payload, scheduledTime: ContextAttribute.scheduledTime }),
          maxEventAge: MAX_AGE,
          retryAttempts: RETRIES,
          deadLetterQueue: failed,
        }),
      });
    }
    acknowledgeVersions(handler);
    new RunbookAlarm(this, 'JobFailed', {
      name: 'job-failed',
      subject: job.name,
      severity: 'P2',
      metric: failed.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: 'Maximum' }),
      above: 0,
      evaluationPeriods: 1,
      // SQS stops reporting a queue that was idle for six hours: no data is no failed run.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    // The valve's own alarm takes its silence for trouble, and sooner.
    if (!job.movesValve) new JobNotRun(this, 'JobNotRun', { job });
    for (const [index, { name, metric, severity }] of (job.alarms ?? []).entries()) {
      // The first release's id: under another one CloudFormation would make the alarm anew while its name is taken.
      new RunbookAlarm(this, index === 0 ? 'JobReports' : `JobReports-${name}`, {
        ...{ name, subject: job.name, severity },
        metric: new Metric({
          namespace: metricsNamespace,
          metricName: metric,
          dimensionsMap: { service: serviceName },
          statistic: Stats.MAXIMUM,
          period: Duration.minutes(5),
        }),
        above: 0,
        evaluationPeriods: 1,
        // Between two runs nothing is reported, and what the last one found is still there.
        treatMissingData: TreatMissingData.IGNORE,
      });
    }
  }
}

/** On the stack, where CDK puts the schedules' roles; the finding names the function, so it is about nothing else. */
function acknowledgeVersions(handler: LambdaFunction): void {
  const stack = Stack.of(handler);
  const name = stack.getLogicalId(handler.node.defaultChild as CfnFunction);
  acknowledge(stack, `IAM5[Resource::<${name}.Arn>:*]`, 'The versions of the one function that the schedules invoke.');
}
