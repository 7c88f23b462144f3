import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, AlarmStatusWidget, Dashboard, GraphWidget, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { eventTypes, queueName } from '#contract/event-types.ts';
import { consumers, functionName, LIVE_FUNCTION } from '#contract/functions.ts';
import { jobs, severities } from '#contract/jobs.ts';
import { dimensions, metrics, metricsNamespace, serviceName } from '#contract/metrics.ts';
import type { RunbookAlarm } from './runbook-alarm.ts';

const WIDTH = 24;
/** What an alarm status widget holds. */
const MOST_ALARMS = 100;

/** First which alarms fire, by severity; then what ingestion, queues, functions and jobs report. */
export class AlarmDashboard extends Dashboard {
  constructor(scope: Construct, id: string, { alarms }: { readonly alarms: readonly RunbookAlarm[] }) {
    super(scope, id, { dashboardName: 'analytics', defaultInterval: Duration.days(1) });
    for (const severity of severities) {
      const own = alarms.filter((alarm) => alarm.severity === severity);
      for (let from = 0; from < own.length; from += MOST_ALARMS) {
        const shown = own.slice(from, from + MOST_ALARMS);
        // Four alarms stand beside each other, two rows of them to a unit of height.
        const height = Math.max(2, Math.ceil(shown.length / 8) + 1);
        const asNamed = shown.map((alarm) => Alarm.fromAlarmArn(this, `Of${alarm.node.addr}`, this.arnOf(alarm)));
        this.addWidgets(new AlarmStatusWidget({ title: severity, width: WIDTH, height, alarms: asNamed }));
      }
    }
    this.addWidgets(
      graph('Events a minute', [
        ...[metrics.eventsReceived, metrics.eventsStored, metrics.eventsDuplicate].map((name) => own(name)),
        ...[metrics.eventsRejected, metrics.eventsFailed, metrics.deadLettersCaptured].map((name) => own(name)),
      ]),
      graph('Oldest message, s', ofQueues('ApproximateAgeOfOldestMessage')),
      graph('Messages waiting', ofQueues('ApproximateNumberOfMessagesVisible')),
    );
    this.addWidgets(
      graph('Slowest run, ms', ofFunctions('Duration', Stats.MAXIMUM)),
      graph('Errors', ofFunctions('Errors', Stats.SUM)),
      graph(
        'Memory, %',
        functions.map((name) => own(metrics.memoryUsedPercent, { [dimensions.function]: name }, Stats.MAXIMUM)),
      ),
    );
    this.addWidgets(
      graph(
        'Runs that succeeded',
        jobs.map(({ name }) => own(metrics.jobSucceeded, { [dimensions.job]: name })),
      ),
      graph('Valve closed, min', [own(metrics.valveClosedMinutes, {}, Stats.MAXIMUM)]),
      graph('Hours recomputed', [own(metrics.windowsAggregated)]),
    );
  }

  /** From its name: an export for each alarm would keep its stack from ever removing one. */
  private arnOf({ fullName }: RunbookAlarm): string {
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    return Stack.of(this).formatArn({ service: 'cloudwatch', resource: 'alarm', resourceName: fullName, arnFormat });
  }
}

const functions = [
  ...Object.values(consumers),
  'query',
  'admin',
  LIVE_FUNCTION,
  ...jobs.map(({ name }) => `job-${name}`),
].map(functionName);

const graph = (title: string, left: Metric[]) => new GraphWidget({ title, width: WIDTH / 3, height: 6, left });

function own(metricName: string, more: object = {}, statistic: string = Stats.SUM): Metric {
  const dimensionsMap = { service: serviceName, ...more };
  return new Metric({ namespace: metricsNamespace, metricName, dimensionsMap, statistic, period: Duration.minutes(1) });
}

const ofQueues = (metricName: string) =>
  eventTypes.map(({ type }) => {
    const dimensionsMap = { QueueName: queueName(type) };
    return new Metric({ namespace: 'AWS/SQS', metricName, dimensionsMap, statistic: Stats.MAXIMUM, label: type });
  });

const ofFunctions = (metricName: string, statistic: string) =>
  functions.map((name) => {
    const dimensionsMap = { FunctionName: name };
    return new Metric({ namespace: 'AWS/Lambda', metricName, dimensionsMap, statistic, label: name });
  });
