import type { LambdaFunction } from './lambda/run-function.ts';
import type { Deployment } from './template/deploy-template.ts';

/**
 * Invokes the functions that a deployment invokes (`aws-cdk-lib/triggers`; the migrations), one after another. Throws when
 * one fails: on AWS the deployment would stop there too.
 */
export async function runTriggers(
  deployment: Deployment,
  findFunction: (arn: string) => LambdaFunction | undefined,
): Promise<void> {
  for (const trigger of deployment.of('Custom::Trigger')) {
    const fn = findFunction(String(trigger.properties().HandlerArn));
    if (!fn) throw new Error(`Trigger ${trigger.logicalId} leads to no function of the templates`);
    const { error } = await fn.invoke('{}');
    if (error) throw new Error(`${fn.name}, which a deployment runs first, failed: ${error.errorMessage}`);
  }
}
