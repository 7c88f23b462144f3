import { describe, expect, it } from 'vitest';
import { deadLetterQueueName, eventTypes, MAX_RECEIVE_COUNT, queueName, UNMATCHED } from '#contract/event-types.ts';
import { byId, type Properties, referredTo, synthesizeForTest } from './synthesize-for-test.ts';

const app = synthesizeForTest('production');
const queues = app.resources('AWS::SQS::Queue').filter(({ stack }) => stack === 'AnalyticsIngest');
const queueCalled = (name: string) => queues.find(({ properties }) => properties.QueueName === name)!;
const functions = app.resources('AWS::Lambda::Function');
const mappings = app.resources('AWS::Lambda::EventSourceMapping');
const rules = app.resources('AWS::Events::Rule');
const types = eventTypes.map(({ type }) => type as string);
const subjects = [...types, UNMATCHED];
const mappingOf = (queue: string) =>
  mappings.find(({ properties }) => referredTo(properties.EventSourceArn) === queueCalled(queue).id)!;
const consumerOf = (queue: string) => byId(functions, referredTo(mappingOf(queue).properties.FunctionName)).properties;

/** Rules whose pattern takes the detail-type, as EventBridge matches lists, and `anything-but` of a list. */
function rulesTaking(detailType: string) {
  const matches = (matcher: Properties) =>
    typeof matcher === 'string' ? matcher === detailType : !matcher['anything-but'].includes(detailType);
  return rules.filter(({ properties }) => properties.EventPattern['detail-type'].some(matches));
}

describe.each(subjects)('%s', (subject) => {
  const queue = queueCalled(queueName(subject)).properties;
  const deadLetters = queueCalled(deadLetterQueueName(subject)).properties;

  it('has a queue and a dead-letter queue that keeps longer, after one delivery and three retries', () => {
    expect(queue.RedrivePolicy.maxReceiveCount).toBe(MAX_RECEIVE_COUNT);
    expect(referredTo(queue.RedrivePolicy.deadLetterTargetArn)).toBe(queueCalled(deadLetterQueueName(subject)).id);
    expect(deadLetters.MessageRetentionPeriod).toBeGreaterThan(queue.MessageRetentionPeriod);
    expect(deadLetters.RedrivePolicy).toBeUndefined();
  });

  it.each([queueName(subject), deadLetterQueueName(subject)])('%s is consumed with failed ids and a cap', (name) => {
    expect(mappingOf(name).properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: expect.any(Number) },
    });
    expect(queueCalled(name).properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * consumerOf(name).Timeout);
  });

  it('goes to the ingest function, its dead letters to the capture', () => {
    expect(consumerOf(queueName(subject)).FunctionName).toBe('analytics-ingest');
    expect(consumerOf(deadLetterQueueName(subject)).FunctionName).toBe('analytics-dlq-capture');
  });

  it('has its alarms', () => {
    const names = app.resources('AWS::CloudWatch::Alarm').map(({ properties }) => properties.AlarmName);
    for (const name of ['dead-letters-waiting', 'oldest-message-too-old', 'events-undelivered'])
      expect(names).toContain(`${name}: ${subject}`);
  });
});

it('caps each type as its row says', () => {
  for (const { type, batchSize, maxConcurrency } of eventTypes)
    expect(mappingOf(queueName(type)).properties).toMatchObject({
      BatchSize: batchSize,
      ScalingConfig: { MaximumConcurrency: maxConcurrency },
    });
});

it('consumes every queue of the service but those of undelivered events', () => {
  const consumed = mappings.map(({ properties }) => referredTo(properties.EventSourceArn)).sort();
  const held = queues.filter(({ properties }) => !properties.QueueName.endsWith('-undelivered')).map(({ id }) => id);
  expect(consumed).toEqual(held.sort());
  expect(consumed).toHaveLength(2 * subjects.length);
});

describe('rules', () => {
  it('take every event once', () => {
    for (const type of types) {
      const [rule, ...others] = rulesTaking(type);
      expect(others).toEqual([]);
      expect(referredTo(rule!.properties.Targets[0].Arn)).toBe(queueCalled(queueName(type)).id);
    }
    for (const unknown of ['orders.order.exploded', '', 'ORDERS.ORDER.STATUS_CHANGED', UNMATCHED]) {
      const [rule, ...others] = rulesTaking(unknown);
      expect(others).toEqual([]);
      expect(referredTo(rule!.properties.Targets[0].Arn)).toBe(queueCalled(queueName(UNMATCHED)).id);
    }
    expect(rules).toHaveLength(subjects.length);
  });

  const policies = app.resources('AWS::SQS::QueuePolicy');
  const mayBeSentToBy = (queue: string, rule: string) =>
    policies
      .filter(({ properties }) => properties.Queues.some((each: Properties) => each.Ref === queue))
      .flatMap(({ properties }) => properties.PolicyDocument.Statement)
      .some(
        ({ Effect, Principal, Action, Condition }: Properties) =>
          Effect === 'Allow' &&
          Principal.Service === 'events.amazonaws.com' &&
          [Action].flat().includes('sqs:SendMessage') &&
          referredTo(Condition.ArnEquals['aws:SourceArn']) === rule,
      );

  it.each(rules)(
    '$id forwards the event itself, and what it cannot deliver to a queue of its own',
    ({ id, properties }) => {
      const [target, ...others] = properties.Targets;
      expect(others).toEqual([]);
      expect(target.InputPath).toBe('$.detail');
      const queue = referredTo(target.Arn);
      const undelivered = referredTo(target.DeadLetterConfig.Arn);
      expect(mayBeSentToBy(queue, id)).toBe(true);
      expect(mayBeSentToBy(undelivered, id)).toBe(true);
      const sharers = rules.filter(
        (rule) => referredTo(rule.properties.Targets[0].DeadLetterConfig.Arn) === undelivered,
      );
      expect(sharers).toHaveLength(1);
    },
  );
});

it('encrypts every queue without a key that EventBridge cannot use', () => {
  for (const { properties } of app.resources('AWS::SQS::Queue')) {
    expect(properties.SqsManagedSseEnabled).toBe(true);
    expect(properties.KmsMasterKeyId).toBeUndefined();
  }
});

it('archives no longer than events are accepted', () => {
  const [archive] = app.resources('AWS::Events::Archive');
  expect(archive!.properties.RetentionDays).toBe(90);
  const [longer] = synthesizeForTest('local', { RAW_RETENTION_DAYS: '400' }).resources('AWS::Events::Archive');
  expect(longer!.properties.RetentionDays).toBe(400);
});

it('tells the ingest function the dead-letter queue of each type and of the unmatched', () => {
  const ingest = functions.find(({ properties }) => properties.FunctionName === 'analytics-ingest')!;
  const { 'Fn::Join': join } = ingest.properties.Environment.Variables.DEAD_LETTER_QUEUE_URLS;
  const urls = JSON.parse(join[1].map((part: Properties) => part.Ref ?? part).join(''));
  expect(Object.keys(urls).sort()).toEqual([...subjects].sort());
  for (const subject of subjects) expect(urls[subject]).toBe(queueCalled(deadLetterQueueName(subject)).id);
});
