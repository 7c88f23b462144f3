import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { functionName } from '#contract/functions.ts';
import type { JobRow } from '#contract/jobs.ts';
import { resourceVariables } from '#contract/variables.ts';

/** What a job needs to run once per scheduled time, and to go on by itself where its row says that it does. */
export function grantSingleRuns(handler: LambdaFunction, job: JobRow, idempotencyTable: ITableV2): void {
  if (!job.movesValve) {
    // The valve has a lease of its own, which does not need the database.
    handler.addEnvironment(resourceVariables.idempotencyTable, idempotencyTable.tableName);
    const actions = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map((action) => `dynamodb:${action}`);
    idempotencyTable.grant(handler, ...actions);
  }
  if (job.continues) {
    // By its fixed name: a policy of the role that named the function itself would wait for the function, and it for the role.
    const self = Stack.of(handler).formatArn({
      ...{ service: 'lambda', resource: 'function', resourceName: functionName(`job-${job.name}`) },
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    handler.addToRolePolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [self] }));
  }
}
