import { deadLetterQueueName, eventTypes, queueName, UNMATCHED } from '#contract/event-types.ts';
import { scopes } from '#contract/routes.ts';
import type { TokenIssuer } from './api/issue-tokens.ts';
import { readTokenIssue } from './api/read-api.ts';
import type { Deployment } from './template/deploy-template.ts';
import { ACCOUNT } from './template/resource-attributes.ts';

/** What `DIR/outputs.json` holds: how to reach a running system. */
export interface Outputs {
  readonly apiUrl: string;
  /** Of the live stream; null where the templates hold none. */
  readonly liveUrl: string | null;
  /** Bearer tokens of the scopes `analytics:read` and `analytics:admin`. */
  readonly token: string;
  readonly adminToken: string;
  readonly eventBusName: string;
  readonly endpoints: Readonly<Record<'sqs' | 's3' | 'events' | 'dynamodb', string>>;
  /** Of months that `retain` took out of the database. */
  readonly exportBucket: string;
  /** By event type; the catch-all queue stands under `unmatched`. */
  readonly queues: Readonly<Record<string, { readonly url: string; readonly dlqUrl: string }>>;
  readonly databaseUrl: string;
  /** See `answer-control.ts`. */
  readonly controlUrl: string;
  readonly pid: number;
}

type Addresses = Pick<Outputs, 'apiUrl' | 'liveUrl' | 'endpoints' | 'databaseUrl' | 'controlUrl'>;

export async function describeOutputs(
  deployment: Deployment,
  issuer: TokenIssuer,
  addresses: Addresses,
): Promise<Outputs> {
  const { issuer: iss, audience } = readTokenIssue(deployment);
  const [token, adminToken] = await Promise.all(
    [scopes.read, scopes.admin].map((scope) => issuer.mint(iss, audience[0]!, scope)),
  );
  const names = new Set(deployment.of('AWS::SQS::Queue').map(({ name }) => name));
  const url = (name: string) => `${addresses.endpoints.sqs}/${ACCOUNT}/${name}`;
  const types = [...eventTypes.map(({ type }) => type as string), UNMATCHED].filter((type) =>
    names.has(queueName(type)),
  );
  return {
    ...addresses,
    token: token!,
    adminToken: adminToken!,
    exportBucket: deployment.of('AWS::S3::Bucket')[0]?.name ?? '',
    eventBusName: deployment.of('AWS::Events::EventBus')[0]?.name ?? 'default',
    queues: Object.fromEntries(
      types.map((type) => [type, { url: url(queueName(type)), dlqUrl: url(deadLetterQueueName(type)) }]),
    ),
    pid: process.pid,
  };
}
