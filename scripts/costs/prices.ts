/**
 * List prices in USD, region us-east-1, without free tiers and discounts. **Check them before you rely on a sum**: nobody
 * with an AWS account has. Amazon's own pages render their figures by script, so most stand here as third parties
 * read them; `source` is the page they were read on, on the day in `READ_ON`.
 */
export const READ_ON = '2026-11-22';
export const REGION = 'us-east-1';

export interface Price {
  readonly usd: number;
  /** Of what. */
  readonly per: string;
  readonly source: string;
}

const aurora = 'https://c3x.dev/blog/aurora-io-optimized-when-it-pays-off';
const cloudWatch = 'https://signoz.io/guides/cloudwatch-pricing';
const dynamo = 'https://airbyte.com/data-engineering-resources/dynamodb-pricing';
const eventBridge = 'https://cloudburn.io/blog/amazon-eventbridge-pricing';
const kms = 'https://www.wring.co/blog/aws-kms-pricing-guide';
const lambda = 'https://app.unpkg.com/artillery@2.0.28/files/lib/platform/aws-lambda/prices.js';
const privateLink = 'https://www.zacfukuda.com/blog/aws-nat-gateway-vs-vpc-endpoint';

export const prices = {
  auroraAcuHour: { usd: 0.12, per: 'ACU-hour', source: 'https://c3x.dev/blog/aws-aurora-serverless-v2-cost/' },
  auroraStorage: { usd: 0.1, per: 'GB-month', source: aurora },
  auroraIo: { usd: 0.2, per: 'million I/O requests', source: aurora },
  auroraBackup: { usd: 0.021, per: 'GB-month', source: 'https://www.cloudexmachina.io/blog/aws-aurora-pricing' },
  /** I/O-Optimized: I/O free, storage at this price, compute 30 % dearer. */
  auroraOptimizedStorage: { usd: 0.225, per: 'GB-month', source: aurora },
  auroraOptimizedComputeFactor: { usd: 1.3, per: 'USD of compute', source: aurora },
  /** db.r7g.large, 2 vCPU, 16 GiB. */
  auroraInstanceHour: {
    usd: 0.276,
    per: 'hour',
    source: 'https://gist.github.com/thom-vend/c710e4fb173b4bea91bc12204c25ee86 (February 2024)',
  },
  lambdaGbSecond: { usd: 0.0000133334, per: 'GB-second on arm64', source: lambda },
  lambdaRequests: {
    usd: 0.2,
    per: 'million requests',
    source: 'https://gist.github.com/thiagozs/019a25fbcbd987209ef1d25e10d0dde9',
  },
  sqsRequests: { usd: 0.4, per: 'million requests', source: 'https://cloudburn.io/blog/amazon-sqs-pricing' },
  busEvents: { usd: 1, per: 'million events', source: eventBridge },
  archiveProcessing: { usd: 0.1, per: 'GB archived', source: eventBridge },
  archiveStorage: { usd: 0.023, per: 'GB-month', source: eventBridge },
  schedules: { usd: 1, per: 'million invocations', source: eventBridge },
  dynamoWrites: { usd: 0.625, per: 'million write request units', source: dynamo },
  dynamoReads: { usd: 0.125, per: 'million read request units', source: dynamo },
  dynamoStorage: { usd: 0.25, per: 'GB-month', source: 'https://aws.amazon.com/dynamodb/pricing/' },
  apiRequests: { usd: 1, per: 'million requests', source: 'https://www.apigatewaycost.com/aws' },
  alarms: { usd: 0.1, per: 'alarm-month', source: 'https://c3x.dev/resources/aws/aws_cloudwatch_metric_alarm' },
  customMetrics: { usd: 0.3, per: 'metric-month', source: cloudWatch },
  dashboards: {
    usd: 3,
    per: 'dashboard-month',
    source: 'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
  },
  logsIngested: {
    usd: 0.5,
    per: 'GB',
    source: 'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
  },
  traces: { usd: 5, per: 'million traces', source: 'https://aws.amazon.com/de/xray/pricing/' },
  keys: { usd: 1, per: 'key-month', source: kms },
  secrets: {
    usd: 0.4,
    per: 'secret-month',
    source: 'https://hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms',
  },
  endpointHour: { usd: 0.01, per: 'hour, endpoint and zone', source: privateLink },
  natHour: { usd: 0.045, per: 'hour and gateway', source: privateLink },
} as const satisfies Record<string, Price>;

/** No price was found for these, so no sum holds them. */
export const withoutPrice = [
  'storage of logs',
  'point-in-time recovery of DynamoDB',
  'S3 (exports of retired months)',
  'SNS',
  'calls of KMS and Secrets Manager beyond those that start a function',
  'data leaving AWS with the answers of the API',
] as const;
