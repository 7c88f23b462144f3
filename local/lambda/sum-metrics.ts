import type { EmfValue } from './read-emf.ts';

export interface MetricSums {
  readonly add: (value: EmfValue) => void;
  /** Per metric name the sum of what was added so far. */
  readonly sums: () => Readonly<Record<string, number>>;
}

/** Sums the metrics in the functions' logs, of all functions and dimensions together. */
export function sumMetrics(): MetricSums {
  const sums: Record<string, number> = {};
  return {
    add: ({ name, values }) => {
      for (const value of values) sums[name] = (sums[name] ?? 0) + value;
    },
    sums: () => ({ ...sums }),
  };
}
