import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { ruleName } from '#contract/event-types.ts';
import type { Severity } from '#contract/jobs.ts';
import { RunbookAlarm } from './runbook-alarm.ts';

export interface SubscriptionAlarmsProps {
  /** Event type, or what stands in for one. */
  readonly subject: string;
  readonly bus: IEventBus;
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;
  /** Of the events that EventBridge could not deliver. */
  readonly undelivered: IQueue;
}

/** Of the three queues of a subscription, and of what reached none of them. `scope` is the subscription. */
export function addSubscriptionAlarms(scope: Construct, props: SubscriptionAlarmsProps): void {
  const { subject, bus, queue, deadLetterQueue, undelivered } = props;
  const alarm = (id: string, name: string, severity: Severity, metric: IMetric, above: number, periods = 1) =>
    new RunbookAlarm(scope, id, {
      ...{ name, subject, severity, metric, above },
      evaluationPeriods: periods,
      // SQS stops reporting a queue that was idle for six hours, and EventBridge reports failures only: no data, no trouble.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  const minute = { period: Duration.minutes(1), statistic: Stats.MAXIMUM };
  const deadLetters = deadLetterQueue.metricApproximateNumberOfMessagesVisible(minute);
  alarm('DeadLettersWaiting', 'dead-letters-waiting', 'P2', deadLetters, 100);
  // The capture empties it within seconds. The age of a dead letter counts from its arrival in this queue.
  const oldestDeadLetter = deadLetterQueue.metricApproximateAgeOfOldestMessage(minute);
  alarm('DeadLettersTooOld', 'dead-letters-too-old', 'P2', oldestDeadLetter, Duration.minutes(15).toSeconds(), 3);
  // Three: one failed batch waits a visibility timeout of three minutes, and that alone is no reason to wake anyone.
  const oldestMessage = queue.metricApproximateAgeOfOldestMessage(minute);
  alarm('OldestMessageTooOld', 'oldest-message-too-old', 'P1', oldestMessage, Duration.minutes(5).toSeconds(), 3);
  alarm(
    'EventsUndelivered',
    'events-undelivered',
    'P2',
    undelivered.metricApproximateNumberOfMessagesVisible(minute),
    0,
  );
  const lost = new Metric({
    namespace: 'AWS/Events',
    metricName: 'InvocationsFailedToBeSentToDlq',
    // Not by reference: of a rule on a bus of one's own that is `<bus>|<rule>`.
    dimensionsMap: { EventBusName: bus.eventBusName, RuleName: ruleName(subject) },
    ...{ period: Duration.minutes(1), statistic: Stats.SUM },
  });
  alarm('EventsLost', 'events-lost', 'P1', lost, 0);
}
