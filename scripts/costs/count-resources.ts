/** As much of a CloudFormation template as is counted here. */
export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: Properties }>>;
}
// biome-ignore lint/suspicious/noExplicitAny: a template is untyped JSON; what is missing ends up as NaN, which `countResources` refuses.
type Properties = any;

/** What a deployment of the templates has of all that is billed. */
export interface Counted {
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly instances: number;
  readonly backupDays: number;
  /** Interface endpoints times their zones. */
  readonly endpointZones: number;
  readonly endpoints: number;
  readonly zones: number;
  readonly alarms: number;
  readonly dashboards: number;
  readonly keys: number;
  readonly secrets: number;
  readonly functions: number;
  /** Queues that a function consumes. */
  readonly consumedQueues: number;
  /** Invocations of scheduled jobs in a month. */
  readonly scheduledRuns: number;
  readonly archiveDays: number;
  readonly ingestMemoryMb: number;
  readonly queryMemoryMb: number;
  readonly jobMemoryMb: number;
  readonly batchWindowSeconds: number;
}

const HOURS_PER_MONTH = 730;

/** @throws {Error} naming the figure that the templates do not hold */
export function countResources(templates: readonly Template[]): Counted {
  const all = templates.flatMap(({ Resources }) => Object.values(Resources));
  const of = (type: string): Properties[] =>
    all.filter(({ Type }) => Type === type).map(({ Properties: properties }) => properties ?? {});
  const [cluster] = of('AWS::RDS::DBCluster');
  const functions = of('AWS::Lambda::Function').filter(({ FunctionName }) => FunctionName);
  const memoryOf = (test: (name: string) => boolean) =>
    Math.max(...functions.filter(({ FunctionName }) => test(FunctionName)).map(({ MemorySize }) => MemorySize));
  const endpoints = of('AWS::EC2::VPCEndpoint').filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface');
  const mappings = of('AWS::Lambda::EventSourceMapping');
  const counted: Counted = {
    minCapacity: cluster?.ServerlessV2ScalingConfiguration?.MinCapacity,
    maxCapacity: cluster?.ServerlessV2ScalingConfiguration?.MaxCapacity,
    instances: of('AWS::RDS::DBInstance').length,
    backupDays: cluster?.BackupRetentionPeriod,
    endpointZones: endpoints.reduce((sum, { SubnetIds }) => sum + SubnetIds.length, 0),
    endpoints: endpoints.length,
    zones: of('AWS::EC2::Subnet').length,
    alarms: of('AWS::CloudWatch::Alarm').length,
    dashboards: of('AWS::CloudWatch::Dashboard').length,
    keys: of('AWS::KMS::Key').length,
    // The master's is RDS's own to make, and is billed like any other.
    secrets: of('AWS::SecretsManager::Secret').length + (cluster?.ManageMasterUserPassword ? 1 : 0),
    functions: functions.length,
    consumedQueues: mappings.length,
    scheduledRuns: of('AWS::Scheduler::Schedule').reduce(
      (sum, { ScheduleExpression }) => sum + runsPerMonth(ScheduleExpression),
      0,
    ),
    archiveDays: of('AWS::Events::Archive')[0]?.RetentionDays,
    ingestMemoryMb: memoryOf((name) => name === 'analytics-ingest'),
    queryMemoryMb: memoryOf((name) => name === 'analytics-query'),
    jobMemoryMb: memoryOf((name) => name.startsWith('analytics-job-')),
    batchWindowSeconds: Math.max(...mappings.map((each) => each.MaximumBatchingWindowInSeconds)),
  };
  for (const [name, value] of Object.entries(counted))
    if (!Number.isFinite(value)) throw new Error(`The templates do not say ${name}.`);
  return counted;
}

/** Of `cron(minutes hours …)`, each day counted: a schedule of some days a week costs a little less. */
function runsPerMonth(expression: string): number {
  const [minutes = '', hours = ''] = expression.replace(/^cron\(/, '').split(' ');
  return times(minutes, 60) * times(hours, 24) * (HOURS_PER_MONTH / 24);
}

function times(field: string, all: number): number {
  const [, step] = field.split('/');
  if (step !== undefined) return all / Number(step);
  if (field === '*') return all;
  const [from, to] = field.split('-').map(Number);
  return to === undefined ? field.split(',').length : to - from! + 1;
}
