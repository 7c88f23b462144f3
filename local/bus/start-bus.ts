import type { Queues } from '../queues/start-queues.ts';
import { AwsError, type AwsOperation } from '../services/serve-aws-calls.ts';
import type { Deployment } from '../template/deploy-template.ts';
import { deliverEvent } from './deliver-event.ts';
import { openArchive } from './event-archive.ts';
import { putEvents } from './put-events.ts';
import { type BusRule, readRules } from './read-rules.ts';
import { startReplays } from './replay-operations.ts';

export interface Bus {
  readonly operations: Readonly<Record<string, AwsOperation>>;
  /** Takes nothing more, and ends the replays: what nobody sends any more drains in the end. */
  stopTaking(): void;
  close(): void;
}

export interface BusOptions {
  readonly queues: Pick<Queues, 'send'>;
  /** The archives live here. */
  readonly archiveDirectory: string;
  readonly log: (line: string) => void;
  /** See `Delivery`. */
  readonly onLost: (rule: BusRule) => void;
}

/** The event buses of the templates with their rules, archives and replays. */
export function startBus(deployment: Deployment, { archiveDirectory, ...delivery }: BusOptions): Bus {
  const buses = deployment.of('AWS::Events::EventBus').map(({ name }) => name);
  const rules = readRules(deployment);
  const archives = deployment.of('AWS::Events::Archive').map((resource) => openArchive(resource, archiveDirectory));
  const replays = startReplays({
    archives,
    ruleArns: rules.map(({ arn }) => arn),
    deliver: (event, replayName, ruleArns) => {
      const chosen = ruleArns.length === 0 ? rules : rules.filter(({ arn }) => ruleArns.includes(arn));
      deliverEvent(event, { rules: chosen, ...delivery }, replayName);
    },
  });
  let isTaking = true;
  const put = putEvents(buses, (event) => {
    for (const archive of archives) archive.keep(event);
    deliverEvent(event, { rules, ...delivery });
  });
  return {
    operations: {
      ...replays.operations,
      'AWSEvents.PutEvents': (request) => {
        if (!isTaking) throw new AwsError('ServiceStopping', 'The local system is stopping');
        return put(request);
      },
    },
    stopTaking: () => {
      isTaking = false;
      replays.stop();
    },
    close: () => {
      for (const archive of archives) archive.close();
    },
  };
}
