import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AlarmDashboard } from '../constructs/alarm-dashboard.ts';
import type { RunbookAlarm } from '../constructs/runbook-alarm.ts';

/** The dashboard over the alarms of all other stacks, which it names and does not import: so each may drop one of its own. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & { readonly alarms: readonly RunbookAlarm[] }) {
    const { alarms, ...rest } = props;
    super(scope, id, rest);
    const dashboard = new AlarmDashboard(this, 'Dashboard', { alarms });
    new CfnOutput(this, 'DashboardName', { value: dashboard.dashboardName });
  }
}
