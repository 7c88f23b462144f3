import { describe, expect, it } from 'vitest';
import { severities } from '#contract/jobs.ts';
import { type Properties, type Resource, synthesizeForTest } from './synthesize-for-test.ts';

const app = synthesizeForTest('production', { ALARM_EMAIL: 'on-call@shop.example, lead@shop.example' });
const topics = app.resources('AWS::SNS::Topic');
const topicOf = (severity: string) =>
  topics.find(({ properties }) => properties.TopicName === `analytics-alarms-${severity.toLowerCase()}`)!;
const alarms = app.resources('AWS::CloudWatch::Alarm');
const statements = (type: string): Properties[] =>
  app
    .resources(type)
    .flatMap(({ properties }) => properties.PolicyDocument?.Statement ?? properties.KeyPolicy.Statement);

/** Within the stack a Ref, from others the name of an export, which begins with the topic's logical id. */
const leadsTo = (action: Properties, topic: Resource) =>
  action.Ref === topic.id || String(action['Fn::ImportValue']).includes(topic.id);

it.each(alarms)('$properties.AlarmName tells the topic of its severity when it begins and when it ends', (alarm) => {
  const { AlarmDescription, AlarmActions, OKActions } = alarm.properties;
  const topic = topicOf(/^\w+/.exec(AlarmDescription)![0]);
  for (const actions of [AlarmActions, OKActions]) {
    expect(actions).toHaveLength(1);
    expect(leadsTo(actions[0], topic)).toBe(true);
  }
});

describe.each(severities)('topic %s', (severity) => {
  const { id, properties } = topicOf(severity);

  it('is encrypted under a key that CloudWatch may use', () => {
    const key = properties.KmsMasterKeyId['Fn::GetAtt'][0];
    const { KeyPolicy } = app.resources('AWS::KMS::Key').find((each) => each.id === key)!.properties;
    expect(KeyPolicy.Statement).toContainEqual({
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      Resource: '*',
    });
  });

  it('takes what alarms of this account publish, and that over TLS only', () => {
    const own = statements('AWS::SNS::TopicPolicy').filter(({ Resource: of }) => of.Ref === id);
    const allowed = own.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map(({ Principal, Condition }) => [Principal, Condition])).toEqual([
      [{ Service: 'cloudwatch.amazonaws.com' }, { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } }],
    ]);
    expect(own.filter(({ Effect }) => Effect === 'Deny')).toEqual([
      expect.objectContaining({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    ]);
  });

  it('mails to every address of ALARM_EMAIL', () => {
    const own = app.resources('AWS::SNS::Subscription').filter(({ properties: each }) => each.TopicArn.Ref === id);
    expect(own.map(({ properties: { Protocol, Endpoint } }) => [Protocol, Endpoint]).sort()).toEqual([
      ['email', 'lead@shop.example'],
      ['email', 'on-call@shop.example'],
    ]);
  });

  it('is an output of the stack', () => {
    expect(app.templates.AnalyticsData.Outputs[`AlarmTopic${severity}`].Value).toEqual({ Ref: id });
  });
});

it('descriptions lead to RUNBOOK_URL where it is set', () => {
  const url = 'https://wiki.shop.example/runbook';
  for (const { properties } of synthesizeForTest('staging', { RUNBOOK_URL: url }).resources('AWS::CloudWatch::Alarm'))
    expect(properties.AlarmDescription).toContain(`${url}#${properties.AlarmName.split(':')[0]}`);
});

it.each([
  ['ALARM_EMAIL', 'on-call'],
  ['ALARM_EMAIL', 'a@shop.example b@shop.example'],
  ['RUNBOOK_URL', 'wiki/runbook'],
  ['RUNBOOK_URL', 'https://wiki.shop.example/runbook#top'],
])('a malformed %s stops the synthesis with its name and not its value', (name, value) => {
  const synthesis = () => synthesizeForTest('staging', { [name]: value });
  expect(synthesis).toThrow(name);
  expect(synthesis).not.toThrow(value);
});
