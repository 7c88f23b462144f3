import { Duration } from 'aws-cdk-lib';
import { type EventPattern, type IEventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import {
  deadLetterQueueName,
  LEAST_CONCURRENCY,
  MAX_RECEIVE_COUNT,
  queueName,
  ruleName,
} from '#contract/event-types.ts';
import { acknowledge } from './acknowledge.ts';
import { addSubscriptionAlarms } from './subscription-alarms.ts';

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
    const { queue, deadLetterQueue } = this;
    addSubscriptionAlarms(this, { ...props, undelivered, queue, deadLetterQueue });
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
    new Rule(this, 'Rule', {
      ruleName: ruleName(subject),
      eventBus: bus,
      eventPattern,
      targets: [target],
    });
    return undelivered;
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
