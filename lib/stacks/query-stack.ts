import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { databaseRoles } from '#contract/database-roles.ts';
import { LiveStream } from '../constructs/live-stream.ts';
import { QueryApi } from '../constructs/query-api.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { DataStack } from './data-stack.ts';

/** The read side: an HTTP API over one function with a read-only database login, and the live stream that asks it. */
export class QueryStack extends Stack {
  constructor(scope: Construct, id: string, { data, ...props }: StackProps & { readonly data: DataStack }) {
    super(scope, id, props);
    const { platform } = data;
    const handler = new ServiceFunction(this, 'Query', {
      platform,
      name: 'query',
      description: 'Answers the query API',
      timeout: Duration.seconds(15),
      memoryMb: 1024,
      databaseRole: databaseRoles.query,
      serves: true,
      settings: ['ANALYTICS_TIME_ZONE', 'ANALYTICS_CURRENCY'],
    });
    const api = new QueryApi(this, 'QueryApi', { handler, settings: platform.settings });
    new CfnOutput(this, 'ApiUrl', { value: api.url });
    const { settings, functionsDirectory } = platform;
    new LiveStream(this, 'LiveStream', { settings, functionsDirectory, apiUrl: api.url });
  }
}
