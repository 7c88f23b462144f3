import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { databaseRoles } from '#contract/database-roles.ts';
import { ADMIN_TIMEOUT_SECONDS } from '#contract/routes.ts';
import { resourceVariables } from '#contract/variables.ts';
import { AdminApi } from '../constructs/admin-api.ts';
import { grantReplay } from '../constructs/grant-queues.ts';
import { grantArchiveReplays } from '../constructs/grant-replays.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { DataStack } from './data-stack.ts';
import type { IngestStack } from './ingest-stack.ts';

export interface AdminStackProps extends StackProps {
  readonly data: DataStack;
  readonly ingest: IngestStack;
}

/** What operators call: an HTTP API that takes IAM credentials, over one function with a database login of its own. */
export class AdminStack extends Stack {
  constructor(scope: Construct, id: string, { data, ingest, ...props }: AdminStackProps) {
    super(scope, id, props);
    const { platform, idempotencyTable, pseudonymKeys, deadLetterKey } = data;
    const handler = new ServiceFunction(this, 'Admin', {
      platform,
      name: 'admin',
      description: 'Answers the admin API',
      timeout: Duration.seconds(ADMIN_TIMEOUT_SECONDS),
      memoryMb: 512,
      databaseRole: databaseRoles.admin,
      serves: true,
      settings: ['ANALYTICS_TIME_ZONE', 'IDEMPOTENCY_RETENTION_DAYS', 'STORAGE_PRICE_PER_GIB_MONTH'],
      environment: {
        [resourceVariables.idempotencyTable]: idempotencyTable.tableName,
        [resourceVariables.pseudonymKeysSecret]: pseudonymKeys.secretArn,
      },
    });
    const records = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map((action) => `dynamodb:${action}`);
    idempotencyTable.grant(handler, ...records);
    pseudonymKeys.grantRead(handler); // an erasure finds a person under every key
    grantReplay(handler, ingest.queues, deadLetterKey);
    grantArchiveReplays(handler, ingest.archivedBus);
    const api = new AdminApi(this, 'AdminApi', { handler, settings: platform.settings });
    new CfnOutput(this, 'AdminApiUrl', { value: api.url });
  }
}
