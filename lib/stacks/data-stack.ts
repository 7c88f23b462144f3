import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from '../constructs/acknowledge.ts';
import { AlarmTopics } from '../constructs/alarm-topics.ts';
import { Database } from '../constructs/database.ts';
import { DeploymentJobs } from '../constructs/deployment-jobs.ts';
import { ExportBucket } from '../constructs/export-bucket.ts';
import { Network } from '../constructs/network.ts';
import type { Platform } from '../constructs/service-function.ts';
import { TableThrottled } from '../constructs/table-throttled.ts';
import type { Settings } from '../settings.ts';

export interface DataStackProps extends StackProps {
  readonly settings: Settings;
  readonly functionsDirectory: string;
}

/** What holds data and the way to it; migrated before any other stack is touched, since all others depend on it. */
export class DataStack extends Stack {
  readonly topics: AlarmTopics;
  readonly platform: Platform;
  readonly idempotencyTable: TableV2;
  readonly valveTable: TableV2;
  readonly pseudonymKeys: Secret;
  readonly deadLetterKey: Key;
  readonly exportBucket: ExportBucket;

  constructor(scope: Construct, id: string, { settings, functionsDirectory, ...props }: DataStackProps) {
    super(scope, id, props);
    this.topics = new AlarmTopics(this, 'AlarmTopics', { settings });
    const network = new Network(this, 'Network', { settings });
    const database = new Database(this, 'Database', { network, settings });
    this.platform = { settings, functionsDirectory, network, database };
    new DeploymentJobs(this, 'DeploymentJobs', { platform: this.platform });

    this.idempotencyTable = new TableV2(this, 'Idempotency', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiration',
      billing: Billing.onDemand(),
      // It holds keyed digests and ids only; a key of our own would add a KMS permission to every read.
      encryption: TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: settings.removalPolicy,
    });
    new TableThrottled(this, 'IdempotencyThrottled', { table: this.idempotencyTable, subject: 'idempotency' });
    this.valveTable = new TableV2(this, 'Valve', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.awsManagedKey(),
      // Two items, which say what is the matter now: there is nothing to go back to.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.pseudonymKeys = new Secret(this, 'PseudonymKeys', {
      description: 'HMAC keys of the pseudonyms, by version. Rotate by adding a version and naming it current.',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ current: 'v1' }),
        generateStringKey: 'v1',
        passwordLength: 64,
        excludePunctuation: true,
      },
      removalPolicy: settings.removalPolicy,
    });
    acknowledge(
      this.pseudonymKeys,
      'SMG4',
      'Added to and never replaced, in two steps minutes apart: docs/runbook.md, "Rotating the pseudonym key".',
    );
    this.deadLetterKey = new Key(this, 'DeadLetterKey', {
      description: 'Originals of dead letters',
      enableKeyRotation: true,
      removalPolicy: settings.removalPolicy,
    });
    this.exportBucket = new ExportBucket(this, 'Exports', { settings });
    network.reachBucket(this.exportBucket);
    new CfnOutput(this, 'ExportBucketName', { value: this.exportBucket.bucketName });
  }
}
