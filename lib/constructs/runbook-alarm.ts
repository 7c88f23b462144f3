import { Alarm, ComparisonOperator, type IMetric, type TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

export interface RunbookAlarmProps {
  /** What is wrong: the heading in docs/runbook.md, and the alarm's name. */
  readonly name: string;
  /** Where: which event type or job. The alarm is called `<name>: <subject>`, and all subjects share the heading. */
  readonly subject: string;
  readonly metric: IMetric;
  /** Alarms when the metric is greater. */
  readonly above: number;
  readonly evaluationPeriods: number;
  /** Say why at the call. */
  readonly treatMissingData: TreatMissingData;
}

/** An alarm whose description leads to its heading in the runbook. */
export class RunbookAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: RunbookAlarmProps) {
    super(scope, id, {
      alarmName: `${props.name}: ${props.subject}`,
      alarmDescription: `Runbook: docs/runbook.md#${props.name}`,
      metric: props.metric,
      threshold: props.above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: props.evaluationPeriods,
      treatMissingData: props.treatMissingData,
    });
  }
}
