import { Duration } from 'aws-cdk-lib';
import { Trigger } from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';
import { databaseRoles } from '#contract/database-roles.ts';
import { jobs } from '#contract/jobs.ts';
import { resourceVariables } from '#contract/variables.ts';
import { type Platform, ServiceFunction } from './service-function.ts';

/** The jobs that a deployment runs: whenever their code changes, the SQL of the migrations in their bundle included. */
export class DeploymentJobs extends Construct {
  constructor(scope: Construct, id: string, { platform }: { readonly platform: Platform }) {
    super(scope, id);
    const { cluster } = platform.database;
    for (const job of jobs.filter(({ onDeploy }) => onDeploy)) {
      const timeout = Duration.seconds(job.timeoutSeconds);
      const isMigration = job.databaseRole === databaseRoles.migrate;
      const handler = new ServiceFunction(this, job.name, {
        platform,
        name: `job-${job.name}`,
        description: `Job ${job.name}, run by each deployment that changes it`,
        timeout,
        memoryMb: job.memoryMb,
        databaseRole: job.databaseRole,
        environment: isMigration ? { [resourceVariables.databaseMasterSecret]: cluster.secret!.secretArn } : {},
      });
      if (isMigration) cluster.secret!.grantRead(handler);
      new Trigger(this, `${job.name}-trigger`, {
        handler,
        timeout,
        // The cluster's instances and the endpoints must answer first; the cluster's address alone promises neither.
        executeAfter: [platform.network, platform.database],
      });
    }
  }
}
