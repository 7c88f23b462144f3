import { randomUUID } from 'node:crypto';
import { Cron } from 'croner';
import { cronOptions, cronPattern } from '../lib/cron-pattern.ts';
import type { InvokeAsynchronously } from './lambda/invoke-asynchronously.ts';
import type { LambdaFunction } from './lambda/run-function.ts';
import type { Deployment } from './template/deploy-template.ts';

export interface Schedules {
  stop(): void;
}

interface ScheduleProperties {
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone?: string;
  readonly State?: string;
  readonly Target: { readonly Arn: string; readonly Input?: string };
}

/** Runs the enabled schedules of EventBridge Scheduler whose target is a function. */
export function runSchedules(
  deployment: Deployment,
  findFunction: (arn: string) => LambdaFunction | undefined,
  invoke: InvokeAsynchronously,
): Schedules {
  const timers = deployment.of('AWS::Scheduler::Schedule').flatMap((resource) => {
    const schedule = resource.properties() as unknown as ScheduleProperties;
    if (schedule.State === 'DISABLED') return [];
    const fn = findFunction(schedule.Target.Arn);
    if (!fn) throw new Error(`Schedule ${resource.logicalId}: its target is no function of the templates`);
    return startTimer(schedule, (at) => void invoke(fn, scheduleInput(schedule.Target.Input ?? '{}', at)));
  });
  return {
    stop: () => {
      for (const timer of timers) timer.stop();
    },
  };
}

function startTimer(schedule: ScheduleProperties, run: (scheduledAt: Date) => void): Cron {
  const { pattern, interval } = cronPattern(schedule.ScheduleExpression);
  return new Cron(
    pattern,
    { ...cronOptions, timezone: schedule.ScheduleExpressionTimezone ?? 'UTC', interval },
    (timer: Cron) => run(timer.currentRun() ?? new Date()),
  );
}

/** The input with the context attributes that EventBridge Scheduler fills in. */
export function scheduleInput(input: string, scheduledAt: Date): string {
  const time = new Date(Math.floor(scheduledAt.getTime() / 1000) * 1000).toISOString().replace('.000', '');
  return input
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.execution-id>', randomUUID())
    .replaceAll('<aws.scheduler.attempt-number>', '1');
}
