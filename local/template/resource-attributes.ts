import { createHash } from 'node:crypto';
import type { DeployedResource } from './deploy-template.ts';

export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

/** Where on this machine the resources of the templates are. */
export interface Places {
  readonly sqsUrl: string;
  readonly apiUrl: string;
  /** Of the function URL, with a slash at its end as Lambda writes it; undefined where the templates hold none. */
  readonly liveUrl?: string | undefined;
  /** Undefined where the templates hold no database. */
  readonly database: { readonly host: string; readonly port: number } | undefined;
}

export const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;

/** The rule of a bus other than the account's own is named with it. */
export const ruleArn = (bus: string, name: string) =>
  arn('events', bus === 'default' ? `rule/${name}` : `rule/${bus}/${name}`);

/** Secrets Manager ends an ARN with six characters of its own; here they are derived, so that a restart keeps them. */
export const secretArn = (name: string) =>
  arn('secretsmanager', `secret:${name}-${createHash('sha256').update(name).digest('hex').slice(0, 6)}`);

/** The properties that hold a resource's own name, by type; without one CloudFormation makes up a name. */
export const nameProperties: Readonly<Record<string, string>> = {
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Events::Rule': 'Name',
  'AWS::Events::Archive': 'ArchiveName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SSM::Parameter': 'Name',
  'AWS::Scheduler::Schedule': 'Name',
  'AWS::Scheduler::ScheduleGroup': 'Name',
  'AWS::KMS::Alias': 'AliasName',
  'AWS::CloudWatch::Alarm': 'AlarmName',
};

/** RDS names the secret of a master user whose password it manages after the cluster. */
export const masterSecretName = (cluster: string) => `rds!cluster-${cluster}`;

/** What `Ref` (attribute `Ref`) and `Fn::GetAtt` answer for a resource. Null: nothing special for this type. */
export function attributeOf(resource: DeployedResource, attribute: string, places: Places): unknown {
  const table = tables[resource.type]?.(resource, places) ?? {};
  if (attribute in table) return table[attribute];
  if (attribute === 'Ref') return resource.name;
  return attribute.endsWith('Arn')
    ? arn('local', `${resource.type}/${resource.name}`)
    : `${resource.name}.${attribute}`;
}

type Attributes = Readonly<Record<string, unknown>>;

const dynamoTable = ({ name }: DeployedResource): Attributes => ({ Ref: name, Arn: arn('dynamodb', `table/${name}`) });

const tables: Readonly<Record<string, (resource: DeployedResource, places: Places) => Attributes>> = {
  'AWS::S3::Bucket': ({ name }) => ({ Ref: name, Arn: `arn:aws:s3:::${name}` }),
  'AWS::SQS::Queue': ({ name }, { sqsUrl }) => ({
    Ref: `${sqsUrl}/${ACCOUNT}/${name}`,
    QueueUrl: `${sqsUrl}/${ACCOUNT}/${name}`,
    Arn: arn('sqs', name),
    QueueName: name,
  }),
  'AWS::DynamoDB::Table': dynamoTable,
  'AWS::DynamoDB::GlobalTable': dynamoTable,
  'AWS::Lambda::Function': ({ name }) => ({ Ref: name, Arn: arn('lambda', `function:${name}`) }),
  'AWS::Lambda::Url': ({ properties }, { liveUrl }) => ({
    Ref: properties().TargetFunctionArn,
    FunctionArn: properties().TargetFunctionArn,
    FunctionUrl: liveUrl,
  }),
  'AWS::Lambda::Version': ({ properties }) => ({ Ref: qualified(properties().FunctionName, '1'), Version: '1' }),
  'AWS::Lambda::Alias': ({ properties }) => ({ Ref: qualified(properties().FunctionName, String(properties().Name)) }),
  'AWS::Events::EventBus': ({ name }) => ({ Ref: name, Name: name, Arn: arn('events', `event-bus/${name}`) }),
  'AWS::Events::Rule': ({ name, properties }) => {
    const bus = String(properties().EventBusName ?? 'default')
      .split('/')
      .at(-1)!;
    return { Ref: bus === 'default' ? name : `${bus}|${name}`, Arn: ruleArn(bus, name) };
  },
  'AWS::Events::Archive': ({ name }) => ({ Ref: name, ArchiveName: name, Arn: arn('events', `archive/${name}`) }),
  'AWS::SecretsManager::Secret': ({ name }) => ({ Ref: secretArn(name), Id: secretArn(name) }),
  'AWS::SecretsManager::SecretTargetAttachment': ({ properties }) => ({ Ref: properties().SecretId }),
  'AWS::KMS::Key': ({ name }) => ({ Ref: name, KeyId: name, Arn: arn('kms', `key/${name}`) }),
  'AWS::SSM::Parameter': ({ name, properties }) => ({ Ref: name, Value: properties().Value }),
  'AWS::RDS::DBCluster': ({ name }, { database }) => ({
    Ref: name,
    DBClusterArn: arn('rds', `cluster:${name}`),
    DBClusterResourceId: `cluster-${name}`,
    'Endpoint.Address': database?.host,
    'Endpoint.Port': String(database?.port),
    'ReadEndpoint.Address': database?.host,
    'MasterUserSecret.SecretArn': secretArn(masterSecretName(name)),
  }),
  'AWS::ApiGatewayV2::Api': ({ name }, { apiUrl }) => ({ Ref: name, ApiId: name, ApiEndpoint: apiUrl }),
};

/** A qualified function ARN from a function's name or ARN. */
function qualified(nameOrArn: unknown, qualifier: string): string {
  const name = String(nameOrArn).split(':').at(-1);
  return `${arn('lambda', `function:${name}`)}:${qualifier}`;
}
