/** One metric as CloudWatch knows it. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What is recorded: `value` happened at a moment. */
export type RecordMetric = (metric: MetricId, value: number, at: Date) => void;

export type Statistic = 'Sum' | 'Average' | 'Minimum' | 'Maximum' | 'SampleCount';

interface Bucket {
  count: number;
  sum: number;
  min: number;
  max: number;
}

export interface MetricStore {
  readonly record: RecordMetric;
  /** Over [from, to), in whole minutes; undefined where nothing was recorded. */
  read(metric: MetricId, statistic: Statistic, from: Date, to: Date): number | undefined;
  /** Forgets what is older than anyone looks back. */
  forget(now: Date): void;
}

export const MINUTE = 60_000;

/**
 * Metrics in buckets of a minute, in memory: those that somebody reads, each as long as the longest look back at it.
 * What nobody reads is not kept.
 */
export function keepMetrics(
  readers: readonly { readonly metric: MetricId; readonly lookBackMs: number }[],
): MetricStore {
  const kept = new Map<string, { readonly buckets: Map<number, Bucket>; lookBackMs: number }>();
  for (const { metric, lookBackMs } of readers) {
    const known = kept.get(keyOf(metric));
    if (known) known.lookBackMs = Math.max(known.lookBackMs, lookBackMs);
    else kept.set(keyOf(metric), { buckets: new Map(), lookBackMs });
  }
  return {
    record: (metric, value, at) => {
      const buckets = kept.get(keyOf(metric))?.buckets;
      if (!buckets) return;
      const minute = Math.floor(at.getTime() / MINUTE);
      const { count, sum, min, max } = buckets.get(minute) ?? { count: 0, sum: 0, min: value, max: value };
      buckets.set(minute, {
        count: count + 1,
        sum: sum + value,
        min: Math.min(min, value),
        max: Math.max(max, value),
      });
    },
    read: (metric, statistic, from, to) => {
      const buckets = kept.get(keyOf(metric))?.buckets ?? new Map<number, Bucket>();
      const found: Bucket[] = [];
      const first = from.getTime() / MINUTE;
      const end = to.getTime() / MINUTE;
      // A map of a few minutes or a window of a few: whichever is shorter.
      if (buckets.size < end - first) {
        for (const [minute, bucket] of buckets) if (minute >= first && minute < end) found.push(bucket);
      } else {
        for (let minute = first; minute < end; minute += 1) {
          const bucket = buckets.get(minute);
          if (bucket) found.push(bucket);
        }
      }
      return found.length === 0 ? undefined : statisticOf(found, statistic);
    },
    forget: (now) => {
      for (const { buckets, lookBackMs } of kept.values()) {
        const oldest = (now.getTime() - lookBackMs) / MINUTE - 1;
        for (const minute of buckets.keys()) if (minute < oldest) buckets.delete(minute);
      }
    },
  };
}

function keyOf({ namespace, name, dimensions }: MetricId): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function statisticOf(buckets: readonly Bucket[], statistic: Statistic): number {
  const sum = buckets.reduce((total, bucket) => total + bucket.sum, 0);
  const count = buckets.reduce((total, bucket) => total + bucket.count, 0);
  if (statistic === 'Sum') return sum;
  if (statistic === 'SampleCount') return count;
  if (statistic === 'Average') return sum / count;
  return statistic === 'Minimum'
    ? Math.min(...buckets.map(({ min }) => min))
    : Math.max(...buckets.map(({ max }) => max));
}
