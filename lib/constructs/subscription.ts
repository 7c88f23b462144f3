import { Duration } from 'aws-cdk-lib';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { type EventPattern, type IEventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetterQueueName, LEAST_CONCURRENCY, MAX_RECEIVE_COUNT, queueName } from '#contract';
import { acknowledge } from './acknowledge.ts';
import { RunbookAlarm } from './runbook-alarm.ts';

export interface SubscriptionProps {
  /** Event type, or what stands in for one: names the queues and the alarms. */
  readonly subject: string;
  readonly bus: IEventBus;
  readonly eventPattern: EventPattern;
  readonly ingest: LambdaFunction;
  readonly capture: LambdaFunction;
  readonly batchSize: number;
  readonly maxConcurrency: number;
  /** How long the consumer of events waits for a batch to fill. */
  readonly batchWindow: Duration;
}

const QUEUE_RETENTION = Duration.days(4);
/** A dead letter keeps the time at which its event was first queued: with 4 days it could arrive already expired. */
const DEAD_LETTER_RETENTION = Duration.days(14);
/** The capture is not the hot path: small batches, and the least concurrency that a mapping can be given. */
const CAPTURE = { batchSize: 100, maxConcurrency: LEAST_CONCURRENCY, batchWindow: Duration.seconds(1) } as const;

const protection = {
  // EventBridge cannot send to a queue under the AWS managed KMS key and does not say so; SQS's own key needs no policy.
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
} as const;

/** rule → queue → ingest function, with what fails: queue → dead-letter queue → capture function; and their alarms. */
export class Subscription extends Construct {
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;

  constructor(scope: Construct, id: string, props: SubscriptionProps) {
    super(scope, id);
    this.deadLetterQueue = new Queue(this, 'DeadLetterQueue', {
      ...protection,
      queueName: deadLetterQueueName(props.subject),
      retentionPeriod: DEAD_LETTER_RETENTION,
      visibilityTimeout: visibilityFor(props.capture, CAPTURE.batchWindow),
    });
    this.queue = new Queue(this, 'Queue', {
      ...protection,
      queueName: queueName(props.subject),
      retentionPeriod: QUEUE_RETENTION,
      visibilityTimeout: visibilityFor(props.ingest, props.batchWindow),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
    consume(this.queue, props.ingest, props);
    consume(this.deadLetterQueue, props.capture, CAPTURE);
    const undelivered = this.forward(this.queue, props);
    this.addAlarms(props.subject, { queue: this.queue, undelivered });
  }

  /** The rule; returns the queue of the events that EventBridge gave up on after 24 h, which would else be lost. */
  private forward(queue: IQueue, { bus, eventPattern, subject }: SubscriptionProps): Queue {
    const undelivered = new Queue(this, 'Undelivered', {
      ...protection,
      queueName: `${queueName(subject)}-undelivered`,
      retentionPeriod: DEAD_LETTER_RETENTION,
    });
    acknowledge(undelivered, 'SQS3', 'It is a dead-letter queue: of the rule, which cdk-nag does not look at.');
    const target = new SqsQueue(queue, {
      message: RuleTargetInput.fromEventPath('$.detail'),
      deadLetterQueue: undelivered,
    });
    new Rule(this, 'Rule', { eventBus: bus, eventPattern, targets: [target] });
    return undelivered;
  }

  private addAlarms(subject: string, queues: { readonly queue: IQueue; readonly undelivered: Queue }): void {
    // SQS stops reporting a queue that was idle for six hours: no data is an empty queue.
    const treatMissingData = TreatMissingData.NOT_BREACHING;
    const period = Duration.minutes(1);
    new RunbookAlarm(this, 'DeadLettersWaiting', {
      name: 'dead-letters-waiting',
      subject,
      severity: 'P2',
      metric: this.deadLetterQueue.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      above: 100,
      evaluationPeriods: 1,
      treatMissingData,
    });
    new RunbookAlarm(this, 'OldestMessageTooOld', {
      name: 'oldest-message-too-old',
      subject,
      severity: 'P1',
      metric: queues.queue.metricApproximateAgeOfOldestMessage({ period, statistic: 'Maximum' }),
      above: Duration.minutes(5).toSeconds(),
      // Three: one failed batch waits a visibility timeout of three minutes, and that alone is no reason to wake anyone.
      evaluationPeriods: 3,
      treatMissingData,
    });
    new RunbookAlarm(this, 'EventsUndelivered', {
      name: 'events-undelivered',
      subject,
      severity: 'P2',
      metric: queues.undelivered.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      above: 0,
      evaluationPeriods: 1,
      treatMissingData,
    });
  }
}

/** Six times the function's timeout, as Lambda asks for, plus the wait for the batch to fill. */
function visibilityFor(consumer: LambdaFunction, batchWindow: Duration): Duration {
  return Duration.seconds(6 * consumer.timeout!.toSeconds()).plus(batchWindow);
}

type Batches = Pick<SubscriptionProps, 'batchSize' | 'maxConcurrency' | 'batchWindow'>;

function consume(queue: IQueue, consumer: LambdaFunction, batches: Batches): void {
  consumer.addEventSource(
    new SqsEventSource(queue, {
      batchSize: batches.batchSize,
      maxBatchingWindow: batches.batchWindow,
      // Without it one failed event brings its whole batch back.
      reportBatchItemFailures: true,
      // Not reserved concurrency: that throttles after the receive, and each receive counts towards the dead letter.
      maxConcurrency: batches.maxConcurrency,
    }),
  );
}
