import { describe, expect, it } from 'vitest';
import { databaseRoles } from '#contract/database-roles.ts';
import { type Properties, synthesizeForTest } from './synthesize-for-test.ts';

const production = synthesizeForTest('production');
const local = synthesizeForTest('local');

function only(type: string, from = production) {
  const [first, ...rest] = from.resources(type);
  expect(rest).toEqual([]);
  return first!;
}

describe('network', () => {
  it('has no way to the internet', () => {
    for (const type of ['AWS::EC2::InternetGateway', 'AWS::EC2::NatGateway', 'AWS::EC2::Route'])
      expect(production.resources(type)).toEqual([]);
    for (const { properties } of production.resources('AWS::EC2::Subnet'))
      expect(properties.MapPublicIpOnLaunch).toBe(false);
  });

  it('reaches exactly the services that the functions call', () => {
    const endpoints = production.resources('AWS::EC2::VPCEndpoint').map(({ properties }) => {
      const name = properties.ServiceName;
      const last = typeof name === 'string' ? name : name['Fn::Join'][1].at(-1);
      return [properties.VpcEndpointType, last.split('.').at(-1)];
    });
    expect(endpoints.sort()).toEqual([
      ['Gateway', 'dynamodb'],
      ['Gateway', 's3'],
      ['Interface', 'events'],
      ['Interface', 'kms'],
      ['Interface', 'lambda'],
      ['Interface', 'secretsmanager'],
      ['Interface', 'sqs'],
    ]);
  });
});

it('opens no security group but to the functions, and logs what it refuses', () => {
  const groups = production.resources('AWS::EC2::SecurityGroup');
  for (const { properties } of groups) expect(properties.SecurityGroupIngress).toBeUndefined();
  const rules = production.resources('AWS::EC2::SecurityGroupIngress');
  expect(rules).toHaveLength(groups.length - 1); // all but the functions' own
  for (const { properties } of rules)
    expect(properties.SourceSecurityGroupId['Fn::GetAtt'][0]).toMatch(/FunctionGroup/);
  expect(only('AWS::EC2::FlowLog').properties).toMatchObject({ ResourceType: 'VPC', TrafficType: 'REJECT' });
});

describe('database', () => {
  it('is encrypted, takes TLS and IAM tokens only from inside, and keeps its time in UTC', () => {
    expect(only('AWS::RDS::DBCluster').properties).toMatchObject({
      Engine: 'aurora-postgresql',
      EngineVersion: expect.stringMatching(/^17\./),
      StorageEncrypted: true,
      EnableIAMDatabaseAuthentication: true,
      MasterUsername: databaseRoles.migrate,
      ManageMasterUserPassword: true, // in a secret that RDS itself rotates
    });
    expect(only('AWS::RDS::DBClusterParameterGroup').properties.Parameters).toEqual({
      'rds.force_ssl': '1',
      timezone: 'UTC',
    });
    for (const { properties } of production.resources('AWS::RDS::DBInstance'))
      expect(properties.PubliclyAccessible).toBe(false);
  });

  it('has its password nowhere in the template', () => {
    expect(only('AWS::RDS::DBCluster').properties).not.toHaveProperty('MasterUserPassword');
    expect(production.resources('AWS::SecretsManager::Secret').map(({ id }) => id)).toEqual([
      expect.stringMatching(/^PseudonymKeys/),
    ]);
  });

  it('is open on 5432 to the functions alone', () => {
    const [rule, ...others] = production
      .resources('AWS::EC2::SecurityGroupIngress')
      .filter(({ properties }) => /^DatabaseCluster/.test(properties.GroupId['Fn::GetAtt'][0]));
    expect(others).toEqual([]);
    expect(rule!.properties.SourceSecurityGroupId['Fn::GetAtt'][0]).toMatch(/FunctionGroup/);
    const clusterGroup = production.resources('AWS::EC2::SecurityGroup').find(({ id }) => /Database/.test(id))!;
    expect(clusterGroup.properties.SecurityGroupIngress).toBeUndefined();
  });

  it('outlives its stack in production and not elsewhere', () => {
    const policyOf = (app: typeof production, id: string) => app.templates.AnalyticsData.Resources[id].DeletionPolicy;
    const cluster = only('AWS::RDS::DBCluster').id;
    expect(policyOf(production, cluster)).toBe('Snapshot');
    expect(policyOf(local, cluster)).toBe('Delete');
    expect(only('AWS::RDS::DBCluster').properties.DeletionProtection).toBe(true);
    expect(production.stacks.map(({ terminationProtection }) => terminationProtection)).not.toContain(false);
    expect(local.stacks.map(({ terminationProtection }) => terminationProtection)).not.toContain(true);
    for (const { id } of production.resources('AWS::KMS::Key'))
      expect(policyOf(production, id)).toBe('RetainExceptOnCreate');
  });
});

it('rotates its keys', () => {
  for (const { properties } of production.resources('AWS::KMS::Key')) expect(properties.EnableKeyRotation).toBe(true);
});

it('forgets idempotency records by their expiration, and can be set back in time', () => {
  const table = production.resources('AWS::DynamoDB::GlobalTable').find(({ id }) => id.startsWith('Idempotency'))!;
  expect(table.properties).toMatchObject({
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    TimeToLiveSpecification: { AttributeName: 'expiration', Enabled: true },
    Replicas: [{ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }],
  });
});

it('generates the first pseudonym key, named by its version', () => {
  const secret = production.resources('AWS::SecretsManager::Secret').find(({ id }) => id.startsWith('PseudonymKeys'))!;
  expect(secret.properties.GenerateSecretString).toEqual({
    SecretStringTemplate: '{"current":"v1"}',
    GenerateStringKey: 'v1',
    PasswordLength: 64,
    ExcludePunctuation: true,
  });
});

describe('migrations', () => {
  const trigger = only('Custom::Trigger');

  it('run when the database answers, and again when their bundle changes', () => {
    for (const type of ['AWS::RDS::DBInstance', 'AWS::EC2::VPCEndpoint', 'AWS::EC2::SecurityGroupIngress'])
      for (const { id } of production.resources(type)) expect(trigger.dependsOn).toContain(id);
    expect(trigger.properties).toMatchObject({ ExecuteOnHandlerChange: true, Timeout: '300000' });
    const version = production
      .resources('AWS::Lambda::Version')
      .find(({ id }) => id === trigger.properties.HandlerArn.Ref)!;
    expect(version.properties.FunctionName.Ref).toMatch(/migrate/);
  });

  it('run before every function of the service', () => {
    const functionsBeside = production
      .resources('AWS::Lambda::Function')
      .filter(({ stack, properties }) => stack === trigger.stack && properties.FunctionName !== undefined);
    expect(functionsBeside.map(({ properties }) => properties.FunctionName)).toEqual(['analytics-job-migrate']);
    for (const stack of production.stacks.filter(({ stackName }) => stackName !== trigger.stack))
      expect(stack.dependencies.map(({ id }) => id)).toContain(trigger.stack);
  });
});

describe('the bucket of exports', () => {
  it('is encrypted, versioned, closed to the public and to what does not use TLS', () => {
    expect(only('AWS::S3::Bucket').properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        ...{ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
      },
    });
    const { Statement } = only('AWS::S3::BucketPolicy').properties.PolicyDocument;
    expect(Statement.map(({ Effect, Condition }: Properties) => [Effect, Condition])).toEqual([
      ['Deny', { Bool: { 'aws:SecureTransport': 'false' } }],
      ['Deny', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
    ]);
  });

  it('outlives the stack in production', () => {
    const { id } = only('AWS::S3::Bucket');
    expect(production.templates.AnalyticsData.Resources[id].DeletionPolicy).toMatch(/^Retain/);
  });

  it('is all that the endpoint of S3 leads to', () => {
    const endpoints = production.resources('AWS::EC2::VPCEndpoint').map(({ properties }) => properties);
    const [statement, ...others] = endpoints.find(({ ServiceName }) => JSON.stringify(ServiceName).endsWith('.s3"]]}'))!
      .PolicyDocument.Statement;
    expect(others).toEqual([]);
    expect(JSON.stringify(statement.Resource).match(/"Fn::GetAtt":\["Exports[0-9A-F]+","Arn"\]/g)).toHaveLength(2);
  });
});
