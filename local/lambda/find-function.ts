import type { Deployment } from '../template/deploy-template.ts';
import { arn } from '../template/resource-attributes.ts';
import type { LambdaFunction } from './run-function.ts';

/** A function by its name, its logical id, or the end of its name, where only one ends so. */
export function findFunction(
  deployment: Deployment,
  functions: ReadonlyMap<string, LambdaFunction>,
  wanted: string,
): LambdaFunction | undefined {
  const resources = deployment.of('AWS::Lambda::Function');
  const exact = resources.filter(({ name, logicalId }) => name === wanted || logicalId === wanted);
  const found = exact.length > 0 ? exact : resources.filter(({ name }) => name.endsWith(`-${wanted}`));
  return found.length === 1 ? functions.get(arn('lambda', `function:${found[0]!.name}`)) : undefined;
}
