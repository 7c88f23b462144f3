import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership, StorageClass } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { resourceVariables } from '#contract/variables.ts';
import type { Settings } from '../settings.ts';
import { acknowledge } from './acknowledge.ts';

/** Months of events that were taken out of the database; the only copy once the bus archive has forgotten them. */
export class ExportBucket extends Bucket {
  constructor(scope: Construct, id: string, { settings }: { readonly settings: Settings }) {
    super(scope, id, {
      // What it holds names no person; a key of our own would add a KMS permission to every query.
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // So that a removal by mistake can be undone for a month
      versioned: true,
      lifecycleRules: [
        {
          noncurrentVersionExpiration: Duration.days(30),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
          // A sixth of the price; read at once by queries, which pay for what they read
          transitions: [{ storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(90) }],
        },
      ],
      removalPolicy: settings.removalPolicy,
    });
    acknowledge(
      this,
      'S1',
      'One job writes and reads it, and its runs are recorded; who else may, the account decides and logs.',
    );
  }

  /** The right to write, read back and remove exported files, and the bucket's name in the function's variable. */
  grantExport(handler: LambdaFunction): void {
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'],
        resources: [this.arnForObjects('analytics_events/*')],
      }),
    );
    handler.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucketArn] }));
    const arn = 'AnalyticsData:ExportsOutputFnGetAttExports25637AFBArn08434897'; // as one stack imports it from the other
    acknowledge(
      handler.role!,
      `IAM5[Resource::${arn}/analytics_events/*]`,
      'The files of the exports, which are named as they are written.',
    );
    handler.addEnvironment(resourceVariables.exportBucket, this.bucketName);
  }
}
