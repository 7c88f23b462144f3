import postgres from 'postgres';
import type { Queues } from '../queues/start-queues.ts';
import type { Deployment } from '../template/deploy-template.ts';
import type { RecordMetric } from './metric-store.ts';

export interface Sampled {
  readonly deployment: Deployment;
  readonly queues: Pick<Queues, 'depths' | 'oldest'>;
  readonly databaseUrl: string | undefined;
  readonly record: RecordMetric;
}

/** Reads what AWS would report of queues and database each minute. */
export async function sampleMetrics({ deployment, queues, databaseUrl, record }: Sampled, now: Date): Promise<void> {
  for (const { name, ready } of queues.depths()) {
    const of = (metric: string) => ({ namespace: 'AWS/SQS', name: metric, dimensions: { QueueName: name } });
    const sentAt = queues.oldest(name);
    const age = sentAt === undefined ? 0 : Math.max(0, (now.getTime() - sentAt) / 1_000);
    record(of('ApproximateNumberOfMessagesVisible'), ready, now);
    record(of('ApproximateAgeOfOldestMessage'), age, now);
  }
  const [cluster] = deployment.of('AWS::RDS::DBCluster');
  if (!cluster || !databaseUrl) return;
  const connections = await countConnections(databaseUrl);
  if (connections === undefined) return;
  const dimensions = { DBClusterIdentifier: cluster.name };
  record({ namespace: 'AWS/RDS', name: 'DatabaseConnections', dimensions }, connections, now);
}

/** Without the one that asks. Undefined while the database does not answer. */
async function countConnections(databaseUrl: string): Promise<number | undefined> {
  const sql = postgres(databaseUrl, { max: 1, connect_timeout: 5, onnotice: () => undefined });
  try {
    const [row] = await sql<{ count: number }[]>`
      select count(*)::int as count from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()`;
    return row?.count;
  } catch {
    return undefined;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
