import type { LambdaFunction } from '../lambda/run-function.ts';
import type { RecordMetric } from './metric-store.ts';

/** The function, with what Lambda reports of each run: invocations, errors, duration. Nothing throttles here. */
export function measureFunction(fn: LambdaFunction, record: RecordMetric, clock: () => Date): LambdaFunction {
  const of = (name: string) => ({ namespace: 'AWS/Lambda', name, dimensions: { FunctionName: fn.name } });
  return {
    ...fn,
    invoke: async (payload, reader) => {
      const began = performance.now();
      const result = await fn.invoke(payload, reader);
      const at = clock();
      record(of('Invocations'), 1, at);
      record(of('Errors'), result.error ? 1 : 0, at);
      record(of('Duration'), performance.now() - began, at);
      return result;
    },
  };
}
