import type { ControlAnswer } from '../services/serve-aws-calls.ts';
import type { Mapping } from './run-mapping.ts';

const PATH = /^\/2015-03-31\/event-source-mappings\/?([\w-]*)(?:\?(.*))?$/;
/** Lambda's own default. */
const PAGE = 100;

/** Lambda's API of event source mappings (list, get, update). Undefined: the call is none of it. */
export function answerMappingCalls(mappings: () => readonly Mapping[]) {
  return (method: string, path: string, body: string): ControlAnswer | undefined => {
    const [isCall, id, query] = PATH.exec(path) ?? [];
    if (isCall === undefined) return undefined;
    if (method === 'GET' && !id) return list(mappings(), new URLSearchParams(query));
    const mapping = mappings().find((each) => each.id === id);
    if (!mapping) return refuse(404, 'ResourceNotFoundException', 'The resource you requested does not exist.');
    if (method === 'GET') return answer(200, describe(mapping));
    if (method === 'PUT') return update(mapping, JSON.parse(body));
    return refuse(405, 'UnknownOperationException', 'The local runner lists, gets and updates event source mappings');
  };
}

function list(mappings: readonly Mapping[], query: URLSearchParams): ControlAnswer {
  const wanted = query.get('FunctionName');
  const found = mappings.filter(
    ({ functionArn }) => wanted === null || functionArn === wanted || functionArn.endsWith(`:${wanted}`),
  );
  const from = Number(query.get('Marker') ?? 0);
  const to = from + Number(query.get('MaxItems') ?? PAGE);
  return answer(200, {
    EventSourceMappings: found.slice(from, to).map(describe),
    NextMarker: to < found.length ? String(to) : undefined,
  });
}

interface UpdateRequest {
  readonly Enabled?: boolean;
  readonly ScalingConfig?: { readonly MaximumConcurrency?: number };
}

function update(mapping: Mapping, { Enabled, ScalingConfig }: UpdateRequest): ControlAnswer {
  const maxConcurrency = ScalingConfig?.MaximumConcurrency;
  if (maxConcurrency !== undefined && (maxConcurrency < 2 || maxConcurrency > 1000)) {
    return refuse(400, 'InvalidParameterValueException', 'MaximumConcurrency is from 2 to 1000');
  }
  const { isEnabled, maxConcurrency: current } = mapping.settings();
  mapping.change({ isEnabled: Enabled ?? isEnabled, maxConcurrency: maxConcurrency ?? current });
  return answer(202, describe(mapping));
}

function describe(mapping: Mapping) {
  const { batchSize, windowSeconds, maxConcurrency, isEnabled, reportsFailures } = mapping.settings();
  return {
    UUID: mapping.id,
    EventSourceArn: mapping.queueArn,
    FunctionArn: mapping.functionArn,
    // AWS passes through Enabling and Disabling, for seconds; here a change holds at once.
    State: isEnabled ? 'Enabled' : 'Disabled',
    BatchSize: batchSize,
    MaximumBatchingWindowInSeconds: windowSeconds,
    ScalingConfig: { MaximumConcurrency: maxConcurrency },
    FunctionResponseTypes: reportsFailures ? ['ReportBatchItemFailures'] : [],
  };
}

const answer = (status: number, value: unknown): ControlAnswer => ({ status, body: JSON.stringify(value) });
const refuse = (status: number, code: string, message: string) => answer(status, { __type: code, message });
