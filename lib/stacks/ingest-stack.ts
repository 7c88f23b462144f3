import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus, Match } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { databaseRoles } from '#contract/database-roles.ts';
import { eventTypes, LEAST_CONCURRENCY, UNMATCHED } from '#contract/event-types.ts';
import { consumers } from '#contract/functions.ts';
import { resourceVariables } from '#contract/variables.ts';
import { grantQueues, type QueuesByType } from '../constructs/grant-queues.ts';
import type { ArchivedBus } from '../constructs/grant-replays.ts';
import { IngestionSilent } from '../constructs/ingestion-silent.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { Subscription, type SubscriptionProps } from '../constructs/subscription.ts';
import type { DataStack } from './data-stack.ts';

const whatReadingTakes = ['RAW_RETENTION_DAYS', 'MAX_FUTURE_HOURS'] as const;
const whatBreakingTakes = ['BREAKER_FAILURES', 'BREAKER_OPEN_SECONDS'] as const;

/** Bus and archive; per event type a subscription on the one ingest function and the one dead-letter capture. */
export class IngestStack extends Stack {
  readonly queues: QueuesByType;
  readonly archivedBus: ArchivedBus;

  constructor(scope: Construct, id: string, { data, ...props }: StackProps & { readonly data: DataStack }) {
    super(scope, id, props);
    this.archivedBus = this.addBus(data);
    const { bus } = this.archivedBus;
    const ingest = this.addIngest(data);
    const capture = this.addCapture(data);

    const { batchWindowSeconds, functions } = data.platform.settings;
    const batchWindow = Duration.seconds(batchWindowSeconds);
    const factor = Number(functions.INGEST_CONCURRENCY_FACTOR);
    const subscribe = (name: string, row: Omit<SubscriptionProps, 'bus' | 'ingest' | 'capture' | 'batchWindow'>) =>
      new Subscription(this, name, { ...row, bus, ingest, capture, batchWindow });
    const ofTypes = eventTypes.map(({ type, batchSize, maxConcurrency: once }) => {
      const size = { batchSize, maxConcurrency: once * factor };
      return [type, subscribe(type, { subject: type, eventPattern: { detailType: [type] }, ...size })] as const;
    });
    const unmatched = subscribe(UNMATCHED, {
      subject: UNMATCHED,
      eventPattern: { detailType: Match.anythingBut(...eventTypes.map(({ type }) => type)) },
      batchSize: 100,
      maxConcurrency: LEAST_CONCURRENCY,
    });

    const subscriptions = new Map<string, Subscription>([...ofTypes, [UNMATCHED, unmatched]]);
    this.queues = new Map([...subscriptions].map(([type, { queue }]) => [type, queue]));
    const deadLetterQueues = new Map([...subscriptions].map(([type, each]) => [type, each.deadLetterQueue]));
    grantQueues(ingest, resourceVariables.deadLetterQueueUrls, deadLetterQueues);
    new CfnOutput(this, 'EventBusName', { value: bus.eventBusName });
  }

  private addBus({ platform }: DataStack): ArchivedBus {
    const bus = new EventBus(this, 'Bus', {
      eventBusName: 'analytics',
      description: 'Commerce events, as CloudEvents',
    });
    const archive = bus.archive('Archive', {
      description: 'Every event as it came, for replays',
      eventPattern: { source: Match.prefix('') },
      // It holds raw events: no longer than an older event would still be accepted.
      retention: Duration.days(Number(platform.settings.functions.RAW_RETENTION_DAYS)),
    });
    return { bus, archive };
  }

  private addIngest({ platform, idempotencyTable, valveTable, pseudonymKeys }: DataStack): ServiceFunction {
    const ingest = new ServiceFunction(this, 'Ingest', {
      platform,
      name: consumers.ingest,
      description: 'Validates, masks and stores events',
      timeout: Duration.seconds(30),
      memoryMb: 1024,
      databaseRole: databaseRoles.ingest,
      serves: true,
      settings: [...whatReadingTakes, ...whatBreakingTakes, 'IDEMPOTENCY_RETENTION_DAYS'],
      environment: {
        [resourceVariables.idempotencyTable]: idempotencyTable.tableName,
        [resourceVariables.valveTable]: valveTable.tableName,
        [resourceVariables.pseudonymKeysSecret]: pseudonymKeys.secretArn,
      },
    });
    idempotencyTable.grant(ingest, 'dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem');
    valveTable.grant(ingest, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
    pseudonymKeys.grantRead(ingest);
    new IngestionSilent(ingest, 'Silence', { minutes: platform.settings.silenceMinutes });
    return ingest;
  }

  private addCapture({ platform, valveTable, pseudonymKeys, deadLetterKey }: DataStack): ServiceFunction {
    const capture = new ServiceFunction(this, 'DeadLetterCapture', {
      platform,
      name: consumers.capture,
      description: 'Stores dead letters with reason, masked view and encrypted original',
      timeout: Duration.seconds(30),
      memoryMb: 512,
      databaseRole: databaseRoles.dlq,
      serves: true,
      // It validates again what SQS redrove without a reason.
      settings: [...whatReadingTakes, ...whatBreakingTakes],
      environment: {
        [resourceVariables.valveTable]: valveTable.tableName,
        [resourceVariables.pseudonymKeysSecret]: pseudonymKeys.secretArn,
        [resourceVariables.deadLetterKey]: deadLetterKey.keyArn,
      },
    });
    // It can lock an original away and not read one back: that is the replay's right.
    deadLetterKey.grant(capture, 'kms:GenerateDataKey');
    valveTable.grant(capture, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
    pseudonymKeys.grantRead(capture);
    return capture;
  }
}
