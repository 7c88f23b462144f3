import { type AlarmState, decideState } from './decide-state.ts';
import { evaluateExpression, type Series } from './evaluate-expression.ts';
import { keepMetrics, MINUTE, type RecordMetric } from './metric-store.ts';
import type { AlarmMetric, LocalAlarm } from './read-alarms.ts';

/** What `GET /alarms` tells of each. */
export interface AlarmStatus {
  readonly name: string;
  readonly heading: string;
  readonly severity: string;
  readonly state: AlarmState;
  /** RFC 3339, to the minute. */
  readonly since: string;
}

export interface AlarmWatch {
  readonly record: RecordMetric;
  /** Evaluates every minute since the last call, the one that runs included. */
  states(now: Date): readonly AlarmStatus[];
}

/** Evaluates alarms minute by minute over the metrics recorded since `startedAt`. */
export function watchAlarms(alarms: readonly LocalAlarm[], startedAt: Date): AlarmWatch {
  const metrics = keepMetrics(
    alarms.flatMap((alarm) => alarm.metrics.map((metric) => ({ metric, lookBackMs: lookBack(alarm) }))),
  );
  const start = floorMinute(startedAt);
  let minute = start;
  const states = new Map(alarms.map((alarm) => [alarm, { state: 'INSUFFICIENT_DATA' as AlarmState, since: start }]));

  const read = (alarm: LocalAlarm, { statistic, ...metric }: AlarmMetric, end: number): Series =>
    Array.from({ length: alarm.evaluationPeriods }, (_, index) => {
      const from = end - (alarm.evaluationPeriods - index) * alarm.periodMs;
      return metrics.read(metric, statistic, new Date(from), new Date(from + alarm.periodMs));
    });
  const evaluate = (alarm: LocalAlarm, end: number) => {
    const byId = Object.fromEntries(alarm.metrics.map((metric) => [metric.id, read(alarm, metric, end)]));
    const series = alarm.expression ? evaluateExpression(alarm.expression, byId) : Object.values(byId)[0]!;
    const began = end - lookBack(alarm);
    // A period that had begun before the start is not known whole.
    const unknown = Math.ceil(Math.max(0, start - began) / alarm.periodMs);
    const before = states.get(alarm)!;
    const state = decideState(alarm, series, Math.min(unknown, alarm.evaluationPeriods), before.state);
    if (state !== before.state) states.set(alarm, { state, since: end - MINUTE });
  };
  return {
    record: metrics.record,
    states: (now) => {
      for (const last = floorMinute(now); minute <= last; minute += MINUTE) {
        for (const alarm of alarms) evaluate(alarm, minute + MINUTE);
      }
      // The minute that runs is looked at again: more may be recorded in it.
      minute = floorMinute(now);
      metrics.forget(now);
      return [...states].map(([{ name, heading, severity }, { state, since }]) => ({
        ...{ name, heading, severity, state },
        since: new Date(since).toISOString(),
      }));
    },
  };
}

const lookBack = ({ evaluationPeriods, periodMs }: LocalAlarm) => evaluationPeriods * periodMs;
const floorMinute = (at: Date) => at.getTime() - (at.getTime() % MINUTE);
