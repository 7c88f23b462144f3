import type { EmfValue } from '../lambda/read-emf.ts';
import type { Queues } from '../queues/start-queues.ts';
import type { Deployment } from '../template/deploy-template.ts';
import type { RecordMetric } from './metric-store.ts';
import { readAlarms } from './read-alarms.ts';
import { sampleMetrics } from './sample-metrics.ts';
import { type AlarmStatus, watchAlarms } from './watch-alarms.ts';

export interface SystemWatch {
  readonly record: RecordMetric;
  readonly recordEmf: (value: EmfValue) => void;
  /** An answer of the HTTP API. */
  readonly recordAnswer: (apiId: string, status: number) => void;
  /** An event that a rule could deliver neither to its queue nor to the queue of undelivered ones. */
  readonly recordLost: (bus: string, ruleName: string) => void;
  /** Samples queues and database, and evaluates. */
  states(): Promise<readonly AlarmStatus[]>;
}

export interface Watched {
  readonly deployment: Deployment;
  readonly queues: Pick<Queues, 'depths' | 'oldest'>;
  readonly databaseUrl: string | undefined;
  readonly clock: () => Date;
}

/** The alarms of the templates over this machine's metrics. */
export function watchSystem({ deployment, queues, databaseUrl, clock }: Watched): SystemWatch {
  const { record, states } = watchAlarms(readAlarms(deployment), clock());
  return {
    record,
    recordEmf: ({ namespace, name, dimensions, values }) => {
      for (const each of dimensions)
        for (const value of values) record({ namespace, name, dimensions: each }, value, clock());
    },
    recordAnswer: (apiId, status) => {
      const of = (name: string) => ({ namespace: 'AWS/ApiGateway', name, dimensions: { ApiId: apiId } });
      record(of('Count'), 1, clock());
      record(of('5xx'), status >= 500 ? 1 : 0, clock());
    },
    recordLost: (bus, ruleName) => {
      const dimensions = { EventBusName: bus, RuleName: ruleName };
      record({ namespace: 'AWS/Events', name: 'InvocationsFailedToBeSentToDlq', dimensions }, 1, clock());
    },
    states: async () => {
      const now = clock();
      await sampleMetrics({ deployment, queues, databaseUrl, record }, now);
      return states(now);
    },
  };
}
