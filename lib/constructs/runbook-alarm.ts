import {
  Alarm,
  type CfnAlarm,
  ComparisonOperator,
  type IMetric,
  type TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import type { Severity } from '#contract/jobs.ts';
import type { AlarmTopics } from './alarm-topics.ts';

export interface RunbookAlarmProps {
  /** What is wrong: the heading in docs/runbook.md, and the alarm's name. */
  readonly name: string;
  /** Where: which event type or job. The alarm is called `<name>: <subject>`, and all subjects share the heading. */
  readonly subject: string;
  /** P1: someone gets up. P2: the same working day. Warning: before it becomes one of these. */
  readonly severity: Severity;
  readonly metric: IMetric;
  /** Alarms when the metric is greater, or less by `comparison`. */
  readonly above: number;
  readonly comparison?: ComparisonOperator;
  readonly evaluationPeriods: number;
  /** Of the evaluation periods, how many must be over. Default: all. */
  readonly datapointsToAlarm?: number;
  /** Say why at the call. */
  readonly treatMissingData: TreatMissingData;
}

/** An alarm whose description leads to its heading in the runbook. The app connects it to its severity's topic. */
export class RunbookAlarm extends Alarm {
  readonly heading: string;
  /** `<heading>: <subject>`, where `alarmName` is a reference to it. */
  readonly fullName: string;
  readonly severity: Severity;

  constructor(scope: Construct, id: string, props: RunbookAlarmProps) {
    super(scope, id, {
      alarmName: `${props.name}: ${props.subject}`,
      metric: props.metric,
      threshold: props.above,
      comparisonOperator: props.comparison ?? ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: props.evaluationPeriods,
      datapointsToAlarm: props.datapointsToAlarm,
      treatMissingData: props.treatMissingData,
    });
    this.heading = props.name;
    this.fullName = `${props.name}: ${props.subject}`;
    this.severity = props.severity;
  }

  /** Says where the runbook is, and tells the severity's topic when it begins and when it is over. */
  connect({ topics, runbookUrl }: { readonly topics: AlarmTopics; readonly runbookUrl: string }): void {
    const description = `${this.severity}. Runbook: ${runbookUrl}#${this.heading}`;
    (this.node.defaultChild as CfnAlarm).alarmDescription = description;
    const action = new SnsAction(topics.of(this.severity));
    this.addAlarmAction(action);
    this.addOkAction(action);
  }
}
