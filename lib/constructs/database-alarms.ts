import { Duration } from 'aws-cdk-lib';
import { Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { DatabaseCluster } from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { maxConnections } from '../max-connections.ts';
import type { Settings } from '../settings.ts';
import { RunbookAlarm } from './runbook-alarm.ts';

/**
 * What comes before the database refuses: of connections, and of capacity. Storage grows by itself up to 128 TiB, so
 * nothing watches it. That the database is away is the valve's alarm.
 */
export class DatabaseAlarms extends Construct {
  constructor(scope: Construct, id: string, props: { readonly cluster: DatabaseCluster; readonly settings: Settings }) {
    super(scope, id);
    const { cluster, settings } = props;
    // A cluster that does not report is paused or being replaced; the valve, which writes to it each minute, knows more.
    const treatMissingData = TreatMissingData.NOT_BREACHING;
    new RunbookAlarm(this, 'Connections', {
      name: 'database-connections',
      subject: 'analytics',
      severity: 'warning',
      metric: cluster.metricDatabaseConnections({ period: Duration.minutes(1), statistic: Stats.MAXIMUM }),
      above: Math.floor(0.8 * maxConnections(settings)),
      evaluationPeriods: 3,
      treatMissingData,
    });
    new RunbookAlarm(this, 'Capacity', {
      name: 'database-at-capacity',
      subject: 'analytics',
      severity: 'warning',
      metric: cluster.metricACUUtilization({ period: Duration.minutes(5), statistic: Stats.AVERAGE }),
      above: 90,
      // Scaling takes a minute or two, and a nightly job may fill it for a while.
      evaluationPeriods: 6,
      treatMissingData,
    });
  }
}
