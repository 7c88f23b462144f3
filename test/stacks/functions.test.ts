import { describe, expect, it } from 'vitest';
import { databaseRoles } from '#contract/database-roles.ts';
import { jobs } from '#contract/jobs.ts';
import { type SettingName, settingDefaults } from '#contract/variables.ts';
import { type Properties, referredTo, synthesizeForTest } from './synthesize-for-test.ts';

const app = synthesizeForTest('production');
const functions = app.resources('AWS::Lambda::Function').filter(({ properties }) => properties.FunctionName);
const named = (name: string) => functions.find(({ properties }) => properties.FunctionName === `analytics-${name}`)!;
const variablesOf = (name: string) => named(name).properties.Environment.Variables;

const roles: Readonly<Record<string, string>> = {
  ingest: databaseRoles.ingest,
  'dlq-capture': databaseRoles.dlq,
  query: databaseRoles.query,
  admin: databaseRoles.admin,
  ...Object.fromEntries(jobs.map(({ name, databaseRole }) => [`job-${name}`, databaseRole])),
};

function statementsOf(name: string): Properties[] {
  const role = referredTo(named(name).properties.Role);
  return app
    .resources('AWS::IAM::Policy')
    .filter(({ properties }) => properties.Roles.some((each: Properties) => each.Ref === role))
    .flatMap(({ properties }) => properties.PolicyDocument.Statement);
}

/** `service:Action` of every statement, for each function. */
const actionsOf = (name: string) => statementsOf(name).flatMap(({ Action }) => [Action].flat());

it('are those of the contract, each with a role of its own', () => {
  expect(functions.map(({ properties }) => properties.FunctionName).sort()).toEqual(
    Object.keys(roles)
      .map((name) => `analytics-${name}`)
      .sort(),
  );
  const used = functions.map(({ properties }) => referredTo(properties.Role));
  expect(new Set(used).size).toBe(functions.length);
  for (const { properties } of app.resources('AWS::IAM::Role').filter(({ id }) => used.includes(id)))
    expect(properties.ManagedPolicyArns).toBeUndefined();
});

describe.each(Object.entries(roles))('%s', (name, databaseUser) => {
  it('may log in as exactly one database user', () => {
    const logins = statementsOf(name).filter(({ Action }) => [Action].flat().includes('rds-db:connect'));
    expect(logins).toHaveLength(1);
    expect(logins[0].Action).toBe('rds-db:connect');
    const [, parts] = logins[0].Resource['Fn::Join'];
    expect(parts.at(-1)).toBe(`/${databaseUser}`);
    expect(JSON.stringify(parts)).toMatch(/DBClusterResourceId/);
    expect(variablesOf(name).DATABASE_USER).toBe(databaseUser);
  });

  it('acts on any resource only where the action takes none', () => {
    const listing = 'lambda:ListEventSourceMappings';
    const anywhere = statementsOf(name)
      .filter(({ Resource }) => [Resource].flat().includes('*'))
      .flatMap(({ Action }) => [Action].flat())
      .filter((action) => !(name === 'job-valve' && action === listing));
    expect(anywhere.sort()).toEqual([
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
    expect(actionsOf(name).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('runs on Node 24 inside the VPC, traced, with a log that expires', () => {
    const { properties } = named(name);
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      TracingConfig: { Mode: 'Active' },
    });
    expect(properties.VpcConfig.SubnetIds).toHaveLength(2);
    const log = app.resources('AWS::Logs::LogGroup').find(({ id }) => id === properties.LoggingConfig.LogGroup.Ref)!;
    expect(log.properties).toEqual({ LogGroupName: `/aws/lambda/analytics-${name}`, RetentionInDays: 90 });
  });
});

describe('rights beyond log, network, trace and login', () => {
  const everyFunction = /^(logs|ec2|xray|rds-db):/;
  const own = (name: string) => new Set(actionsOf(name).filter((action) => !everyFunction.test(action)));
  const consume = ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ReceiveMessage'];
  const sqs = (actions: readonly string[]) => actions.map((action) => `sqs:${action}`);
  // A job's run that failed in the end is sent to its queue under the function's role.
  const reportFailure = sqs(['GetQueueAttributes', 'GetQueueUrl', 'SendMessage']);
  const circuit = ['dynamodb:GetItem', 'dynamodb:UpdateItem'];
  const records = ['DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'].map((action) => `dynamodb:${action}`);
  const exported = ['DeleteObject', 'GetObject', 'ListBucket', 'PutObject'].map((action) => `s3:${action}`);
  const replay = ['StartReplay', 'CancelReplay', 'DescribeReplay', 'DescribeArchive'].map(
    (action) => `events:${action}`,
  );
  const readSecret = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];

  it.each<[string, readonly string[]]>([
    [
      'ingest',
      [
        'dynamodb:BatchGetItem',
        'dynamodb:BatchWriteItem',
        ...circuit,
        ...sqs([...consume, 'SendMessage']),
        ...readSecret,
      ],
    ],
    ['dlq-capture', [...sqs(consume), ...circuit, ...readSecret, 'kms:GenerateDataKey']],
    ['admin', [...records, ...reportFailure, ...readSecret, 'kms:Decrypt', ...replay]],
    ['job-follow-replays', [...reportFailure, ...records, 'events:DescribeReplay']],
    ['job-return-dead-letters', [...reportFailure, ...records, 'kms:Decrypt']],
    ['query', []],
    ['job-migrate', readSecret],
    ['job-valve', [...reportFailure, ...circuit, 'lambda:ListEventSourceMappings', 'lambda:UpdateEventSourceMapping']],
    ['job-retain', [...reportFailure, ...records, 'lambda:InvokeFunction', ...exported]],
    ['job-aggregate', [...reportFailure, ...records]],
    ['job-audit-pii', [...reportFailure, ...records, 'lambda:InvokeFunction']],
  ])('of %s', (name, expected) => {
    expect([...own(name)].sort()).toEqual([...new Set(expected)].sort());
  });

  it('let a job that goes on by itself invoke nothing but itself', () => {
    const { Resource } = statementsOf('job-audit-pii').find(({ Action }) => Action === 'lambda:InvokeFunction');
    expect(Resource['Fn::Join'][1].at(-1)).toBe(':function:analytics-job-audit-pii');
  });

  it('let the valve change the mappings of the consumers alone', () => {
    const { Condition } = statementsOf('job-valve').find(({ Action }) => Action === 'lambda:UpdateEventSourceMapping');
    const functionArns = Condition.ArnLike['lambda:FunctionArn'].map((arn: Properties) => arn['Fn::Join'][1].at(-1));
    expect(functionArns).toEqual([':function:analytics-ingest', ':function:analytics-dlq-capture']);
  });

  it('give the pseudonym keys and the master login to different functions', () => {
    const secretsOf = (name: string) =>
      JSON.stringify(
        statementsOf(name).filter(({ Action }) => [Action].flat().includes('secretsmanager:GetSecretValue')),
      );
    expect(secretsOf('job-migrate')).toMatch(/DatabaseCluster.*MasterUserSecret/);
    expect(secretsOf('job-migrate')).not.toMatch(/PseudonymKeys/);
    for (const name of ['ingest', 'dlq-capture', 'admin']) {
      expect(secretsOf(name)).toMatch(/PseudonymKeys/);
      expect(secretsOf(name)).not.toMatch(/MasterUserSecret/);
    }
    const withMaster = Object.keys(roles).filter((name) => 'DATABASE_SECRET_ID' in variablesOf(name));
    expect(withMaster).toEqual(['job-migrate']);
  });
});

describe('settings', () => {
  const overridden: Readonly<Record<SettingName, string>> = {
    ANALYTICS_TIME_ZONE: 'Europe/Lisbon',
    ANALYTICS_CURRENCY: 'GBP',
    RAW_RETENTION_DAYS: '36500',
    LEDGER_RETENTION_DAYS: '73004',
    DEAD_LETTER_RETENTION_DAYS: '30',
    MAX_FUTURE_HOURS: '48',
    IDEMPOTENCY_RETENTION_DAYS: '20',
    INGEST_CONCURRENCY_FACTOR: '2',
    DATABASE_POOL_SIZE: '2',
    DATABASE_IDLE_TIMEOUT_SECONDS: '30',
    DATABASE_CONNECT_TIMEOUT_SECONDS: '5',
    BREAKER_FAILURES: '5',
    BREAKER_OPEN_SECONDS: '60',
    FX_RATES_URL: 's3://bank-rates/eurofxref-hist.csv',
    STORAGE_PRICE_PER_GIB_MONTH: '0.11',
    AUDIT_LOG_GROUPS: 'own,/aws/apigateway/shop',
    TIMESTREAM_TABLE: 'shop/measures',
    TIMESTREAM_ENDPOINT: 'https://ingest-cell1.timestream.us-east-1.amazonaws.com',
    LIVE_INTERVAL_SECONDS: '3',
    LIVE_STREAM_SECONDS: '300',
    LOG_LEVEL: 'DEBUG',
    POWERTOOLS_LOGGER_SAMPLE_RATE: '0.05',
  };

  it('reach the functions that read them, from the variables of the same names', () => {
    const all = synthesizeForTest('local', overridden)
      .resources('AWS::Lambda::Function')
      .flatMap(({ properties }) => Object.entries(properties.Environment?.Variables ?? {}));
    for (const [name, value] of Object.entries(overridden)) {
      const values = all.filter(([variable]) => variable === name).map(([, each]) => each);
      expect(values.length).toBeGreaterThan(0);
      expect(new Set(values)).toEqual(new Set([value]));
    }
    expect(Object.keys(overridden)).toEqual(Object.keys(settingDefaults));
  });

  it.each<[SettingName, readonly string[]]>([
    ['ANALYTICS_TIME_ZONE', ['Mars/Base', '']],
    ['ANALYTICS_CURRENCY', ['euro', 'XQX', '']],
    ['RAW_RETENTION_DAYS', ['0', '-1', '1.5', 'ninety', '']],
    ['LEDGER_RETENTION_DAYS', ['0', 'forever', '', '182']],
    ['DEAD_LETTER_RETENTION_DAYS', ['0', 'auto']],
    ['MAX_FUTURE_HOURS', ['-1', 'x']],
    ['IDEMPOTENCY_RETENTION_DAYS', ['14']],
    ['INGEST_CONCURRENCY_FACTOR', ['0', '1.5']],
    ['DATABASE_POOL_SIZE', ['0']],
    ['DATABASE_IDLE_TIMEOUT_SECONDS', ['0']],
    ['DATABASE_CONNECT_TIMEOUT_SECONDS', ['0']],
    ['BREAKER_FAILURES', ['0']],
    ['BREAKER_OPEN_SECONDS', ['0']],
    [
      'FX_RATES_URL',
      [
        'https://bank.example/rates.csv',
        'file:///rates.csv',
        's3://rates',
        's3://rates/',
        's3://a b/c',
        's3://rates/*',
      ],
    ],
    ['STORAGE_PRICE_PER_GIB_MONTH', ['-1', '0,10', 'free', '.5']],
    ['AUDIT_LOG_GROUPS', ['/aws/lambda/*', 'own,', 'a b', 'own;/x']],
    ['TIMESTREAM_TABLE', ['measures', 'shop/', 'shop/measures/x', 'a b/measures']],
    ['TIMESTREAM_ENDPOINT', ['ingest-cell1', 'http://ingest.example', 'https://host/path']],
    ['LIVE_INTERVAL_SECONDS', ['0', '61', '2.5']],
    ['LIVE_STREAM_SECONDS', ['1', '900', '']],
    ['LOG_LEVEL', ['verbose']],
  ])('%s stops the synthesis by name when it is wrong', (name, values) => {
    for (const value of values)
      expect(() => synthesizeForTest('local', { [name]: value })).toThrow(new RegExp(`^${name}: expected `));
  });

  it('of a stage that does not exist name those that do', () => {
    expect(() => synthesizeForTest('prod')).toThrow('Stage must be one of local, staging, production, high-volume.');
  });
});
