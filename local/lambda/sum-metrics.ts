export interface MetricSums {
  /** Takes a line of a function's standard output; what is not EMF passes. */
  readonly read: (line: string) => void;
  /** Per metric name the sum of what was read so far. */
  readonly sums: () => Readonly<Record<string, number>>;
}

/** What CloudWatch takes a metric from: a line of JSON that says which of its members are metrics. */
interface EmfLine {
  readonly _aws: { readonly CloudWatchMetrics: readonly { readonly Metrics: readonly { readonly Name: string }[] }[] };
  readonly [member: string]: unknown;
}

/** Sums the metrics in the functions' logs, of all functions and dimensions together. */
export function sumMetrics(): MetricSums {
  const sums: Record<string, number> = {};
  return {
    read: (line) => {
      const emf = parse(line);
      for (const { Name } of emf?._aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics) ?? []) {
        // A metric that was added twice in one invocation is a list.
        for (const value of [emf?.[Name]].flat()) sums[Name] = (sums[Name] ?? 0) + Number(value);
      }
    },
    sums: () => ({ ...sums }),
  };
}

function parse(line: string): EmfLine | undefined {
  if (!line.startsWith('{') || !line.includes('"CloudWatchMetrics"')) return undefined;
  try {
    const value = JSON.parse(line) as EmfLine;
    return Array.isArray(value._aws?.CloudWatchMetrics) ? value : undefined;
  } catch {
    return undefined;
  }
}
