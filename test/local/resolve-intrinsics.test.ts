// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's syntax
import { expect, test } from 'vitest';
import { deployTemplate } from '../../local/template/deploy-template.ts';
import { readAssembly } from '../../local/template/read-assembly.ts';
import { writeAssembly } from './write-assembly.ts';

const places = { sqsUrl: 'http://sqs', apiUrl: 'http://api', database: { host: '127.0.0.1', port: 5432 } };

/** The properties that one resource resolves to, in a stack beside another that exports and stores values. */
function resolveProperties(properties: Record<string, unknown>) {
  const directory = writeAssembly({
    stacks: {
      Data: {
        Resources: {
          Orders: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders' } },
          Stored: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/stored', Value: { Ref: 'Orders' } } },
          Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'login' } },
        },
        Outputs: {
          OrdersArn: { Value: { 'Fn::GetAtt': ['Orders', 'Arn'] }, Export: { Name: 'Data:OrdersArn' } },
        },
      },
      App: {
        Parameters: {
          Plain: { Type: 'String', Default: 'given' },
          FromStore: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/stored' },
        },
        Conditions: {
          Never: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
          Always: { 'Fn::Not': [{ Condition: 'Never' }] },
        },
        Mappings: { Sizes: { local: { memory: 128 } } },
        Resources: {
          Own: { Type: 'AWS::Lambda::Function', Properties: {} },
          Absent: { Type: 'AWS::SQS::Queue', Condition: 'Never' },
          Subject: { Type: 'Test::Subject', Properties: properties },
        },
      },
    },
  });
  const secret = (id: string) => (id.includes('login') ? '{"username":"master"}' : '');
  const deployment = deployTemplate(readAssembly(directory), places, secret);
  return deployment.of('Test::Subject')[0]!.properties();
}

test.each<[string, unknown, unknown]>([
  ['Ref to a resource', { Ref: 'Own' }, 'App-Own'],
  ['Ref to a parameter', { Ref: 'Plain' }, 'given'],
  ['Ref to a parameter in the store', { Ref: 'FromStore' }, 'http://sqs/000000000000/orders'],
  ['pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
  ['GetAtt', { 'Fn::GetAtt': ['Own', 'Arn'] }, 'arn:aws:lambda:us-east-1:000000000000:function:App-Own'],
  ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Plain' }]] }, 'a-given'],
  ['Select of Split', { 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
  ['GetAZs', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, 'us-east-1a'],
  [
    'Sub',
    { 'Fn::Sub': '${Own}:${AWS::Region}:${!kept}:${Own.Arn}' },
    'App-Own:us-east-1:${kept}:arn:aws:lambda:us-east-1:000000000000:function:App-Own',
  ],
  ['Sub with values', { 'Fn::Sub': ['${own}', { own: { Ref: 'Plain' } }] }, 'given'],
  ['ImportValue', { 'Fn::ImportValue': 'Data:OrdersArn' }, 'arn:aws:sqs:us-east-1:000000000000:orders'],
  [
    'GetStackOutput',
    { 'Fn::GetStackOutput': { StackName: 'Data', OutputName: 'OrdersArn' } },
    'arn:aws:sqs:us-east-1:000000000000:orders',
  ],
  ['If', { 'Fn::If': ['Always', 'yes', 'no'] }, 'yes'],
  ['FindInMap', { 'Fn::FindInMap': ['Sizes', 'local', 'memory'] }, 128],
  ['secret, a key', '{{resolve:secretsmanager:login:SecretString:username::}}', 'master'],
  [
    'secret by ARN, a key',
    '{{resolve:secretsmanager:arn:aws:secretsmanager:us-east-1:000000000000:secret:login-1:SecretString:username::}}',
    'master',
  ],
  ['secret, whole', '{{resolve:secretsmanager:login}}', '{"username":"master"}'],
])('%s', (_name, expression, value) => {
  expect(resolveProperties({ value: expression, list: [expression] })).toEqual({ value, list: [value] });
});

test('AWS::NoValue removes its property and its place in a list', () => {
  expect(
    resolveProperties({
      gone: { Ref: 'AWS::NoValue' },
      list: [1, { 'Fn::If': ['Never', 2, { Ref: 'AWS::NoValue' }] }],
    }),
  ).toEqual({ list: [1] });
});

test.each([
  ['an unknown function', { 'Fn::Cidr': ['10.0.0.0/16', 2, 8] }, /Fn::Cidr/],
  ['a reference to nothing', { Ref: 'Nothing' }, /App refers to Nothing/],
  ['a resource that its condition leaves out', { Ref: 'Absent' }, /App refers to Absent/],
  ['an export that nobody makes', { 'Fn::ImportValue': 'nowhere' }, /exports nowhere/],
])('%s is refused by name', (_name, expression, message) => {
  expect(() => resolveProperties({ value: expression })).toThrow(message);
});
