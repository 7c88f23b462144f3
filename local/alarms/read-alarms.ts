import type { Deployment } from '../template/deploy-template.ts';
import type { MetricId, Statistic } from './metric-store.ts';

export interface AlarmMetric extends MetricId {
  /** Within the alarm's expression. */
  readonly id: string;
  readonly statistic: Statistic;
}

/** An alarm of the templates. */
export interface LocalAlarm {
  readonly name: string;
  /** In docs/runbook.md. */
  readonly heading: string;
  readonly severity: string;
  readonly metrics: readonly AlarmMetric[];
  /** Undefined: the one metric itself. */
  readonly expression: string | undefined;
  readonly periodMs: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: string;
  readonly treatMissingData: string;
}

interface Dimension {
  readonly Name: string;
  readonly Value: unknown;
}

interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: {
    readonly Metric: { readonly Namespace: string; readonly MetricName: string; readonly Dimensions?: Dimension[] };
    readonly Period: number;
    readonly Stat: string;
  };
}

interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: Dimension[];
  readonly Statistic?: string;
  readonly Period?: number;
  readonly Metrics?: MetricQuery[];
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData?: string;
}

const STATISTICS: readonly string[] = ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'];

/** The alarms of the templates. One that cannot be evaluated here (a percentile, several expressions) stops the start. */
export function readAlarms(deployment: Deployment): readonly LocalAlarm[] {
  return deployment.of('AWS::CloudWatch::Alarm').map((resource) => {
    const alarm = resource.properties() as unknown as AlarmProperties;
    const refuse = (what: string) =>
      new Error(`Alarm ${resource.logicalId}: the local runner does not evaluate ${what}`);
    const queries = alarm.Metrics ?? [asQuery(alarm)];
    const [expression, ...more] = queries.flatMap(({ Expression }) => Expression ?? []);
    const stats = queries.flatMap(({ Id, MetricStat }) => (MetricStat ? { id: Id, ...MetricStat } : []));
    const [period, ...others] = new Set(stats.map(({ Period }) => Number(Period)));
    if (more.length > 0 || others.length > 0 || period === undefined) throw refuse('several expressions or periods');
    const odd = stats.find(({ Stat }) => !STATISTICS.includes(Stat));
    if (odd) throw refuse(`the statistic ${odd.Stat}`);
    return {
      name: resource.name,
      heading: alarm.AlarmDescription.split('#')[1] ?? '',
      severity: /^\w+/.exec(alarm.AlarmDescription)?.[0] ?? '',
      metrics: stats.map(({ id, Metric: { Namespace, MetricName, Dimensions = [] }, Stat }) => ({
        ...{ id, namespace: Namespace, name: MetricName, statistic: Stat as Statistic },
        dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, String(Value)])),
      })),
      expression,
      periodMs: period * 1_000,
      evaluationPeriods: Number(alarm.EvaluationPeriods),
      datapointsToAlarm: Number(alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods),
      threshold: Number(alarm.Threshold),
      comparison: alarm.ComparisonOperator,
      treatMissingData: alarm.TreatMissingData ?? 'missing',
    };
  });
}

function asQuery({ Namespace, MetricName, Dimensions, Period, Statistic }: AlarmProperties): MetricQuery {
  const Metric = { Namespace: Namespace!, MetricName: MetricName!, Dimensions };
  return { Id: 'metric', MetricStat: { Metric, Period: Period!, Stat: Statistic ?? '' } } as MetricQuery;
}
