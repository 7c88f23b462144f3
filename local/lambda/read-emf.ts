/** A metric of one line in CloudWatch's embedded metric format. */
export interface EmfValue {
  readonly namespace: string;
  readonly name: string;
  /** It is one metric for each. */
  readonly dimensions: readonly Readonly<Record<string, string>>[];
  readonly values: readonly number[];
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions?: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

interface EmfLine {
  readonly _aws: { readonly CloudWatchMetrics: readonly Directive[] };
  readonly [member: string]: unknown;
}

/** The metrics of a line of a function's standard output; none where it is not EMF. */
export function readEmf(line: string): readonly EmfValue[] {
  const emf = parse(line);
  return (emf?._aws.CloudWatchMetrics ?? []).flatMap(({ Namespace: namespace, Dimensions = [[]], Metrics }) => {
    const dimensions = Dimensions.map((names) => Object.fromEntries(names.map((name) => [name, String(emf?.[name])])));
    // A metric that was added twice in one invocation is a list.
    return Metrics.map(({ Name }) => ({ namespace, name: Name, dimensions, values: [emf?.[Name]].flat().map(Number) }));
  });
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
