import { describe, expect, it } from 'vitest';
import { type JobRow, jobs } from '#contract/jobs.ts';
import { byId, referredTo, synthesizeForTest } from './synthesize-for-test.ts';

const app = synthesizeForTest('production', { ANALYTICS_TIME_ZONE: 'Europe/Berlin' });
const functions = app.resources('AWS::Lambda::Function');
const queues = app.resources('AWS::SQS::Queue');
const schedules = app.resources('AWS::Scheduler::Schedule').map(({ properties }) => ({
  ...properties,
  functionName: byId(functions, referredTo(properties.Target.Arn)).properties.FunctionName as string,
}));

describe.each<JobRow>(jobs)('job $name', (job) => {
  const own = schedules.filter(({ functionName }) => functionName === `analytics-job-${job.name}`);

  it('has the schedules of its row, in the business time zone', () => {
    expect(own.map(({ ScheduleExpression }) => ScheduleExpression)).toEqual(
      job.schedules.map(({ expression }) => expression),
    );
    for (const { ScheduleExpressionTimezone, FlexibleTimeWindow } of own) {
      expect(ScheduleExpressionTimezone).toBe('Europe/Berlin');
      expect(FlexibleTimeWindow).toEqual({ Mode: 'OFF' });
    }
  });

  it('is told its payload and the time that it was scheduled for', () => {
    expect(own.map(({ Target }) => JSON.parse(Target.Input))).toEqual(
      job.schedules.map(({ payload }) => ({ ...payload, scheduledTime: '<aws.scheduler.scheduled-time>' })),
    );
  });

  it('is retried, then kept where an alarm sees it', () => {
    for (const { Target } of own) {
      expect(Target.RetryPolicy.MaximumRetryAttempts).toBeGreaterThan(0);
      const failed = byId(queues, referredTo(Target.DeadLetterConfig.Arn));
      expect(failed.properties.QueueName).toBe(`analytics-job-${job.name}-failed`);
      const [invoke] = app
        .resources('AWS::Lambda::EventInvokeConfig')
        .filter(({ properties }) => referredTo(properties.DestinationConfig.OnFailure.Destination) === failed.id);
      expect(invoke).toBeDefined();
    }
  });

  it('is run by the deployment or by a schedule', () => {
    expect(own.length > 0 || job.onDeploy).toBe(true);
    const { properties } = functions.find((each) => each.properties.FunctionName === `analytics-job-${job.name}`)!;
    expect(properties).toMatchObject({ Timeout: job.timeoutSeconds, MemorySize: job.memoryMb });
  });
});
