import { CfnOutput, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { type Severity, severities } from '#contract/jobs.ts';
import type { Settings } from '../settings.ts';

const CLOUDWATCH = new ServicePrincipal('cloudwatch.amazonaws.com');

/** One encrypted topic per severity, `analytics-alarms-<severity>`, which only this account's alarms may publish to. */
export class AlarmTopics extends Construct {
  private readonly bySeverity: ReadonlyMap<Severity, ITopic>;

  constructor(scope: Construct, id: string, { settings }: { readonly settings: Settings }) {
    super(scope, id);
    const key = new Key(this, 'Key', {
      description: 'Notifications of alarms',
      enableKeyRotation: true,
      removalPolicy: settings.removalPolicy,
    });
    // The key that AWS manages for SNS does not admit CloudWatch, which then fails without a word to anyone.
    key.grant(CLOUDWATCH, 'kms:Decrypt', 'kms:GenerateDataKey*');
    this.bySeverity = new Map(severities.map((severity) => [severity, this.addTopic(severity, key, settings)]));
  }

  of(severity: Severity): ITopic {
    return this.bySeverity.get(severity)!;
  }

  private addTopic(severity: Severity, masterKey: Key, { alarmEmails }: Settings): Topic {
    const topic = new Topic(this, severity, {
      topicName: `analytics-alarms-${severity.toLowerCase()}`,
      displayName: `Analytics ${severity}`,
      masterKey,
      enforceSSL: true,
    });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [CLOUDWATCH],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    for (const address of alarmEmails) topic.addSubscription(new EmailSubscription(address));
    new CfnOutput(Stack.of(this), `AlarmTopic${severity}`, { value: topic.topicArn });
    return topic;
  }
}
