import type { LambdaFunction } from '../lambda/run-function.ts';
import type { Deployment } from '../template/deploy-template.ts';
import type { CorsRules } from './read-api.ts';

export interface FunctionUrl {
  readonly fn: LambdaFunction;
  readonly cors: CorsRules | undefined;
}

interface UrlProperties {
  readonly AuthType?: string;
  readonly InvokeMode?: string;
  readonly TargetFunctionArn?: string;
  readonly Cors?: CorsRules;
}

/** The function URL of the templates, if there is one. What this runner cannot serve faithfully stops the start. */
export function readFunctionUrl(
  deployment: Deployment,
  findFunction: (arn: string) => LambdaFunction | undefined,
): FunctionUrl | undefined {
  const [url, ...others] = deployment.of('AWS::Lambda::Url');
  if (!url) return undefined;
  if (others.length > 0) throw new Error('The templates hold more than one function URL; the local runner serves one');
  const { AuthType, InvokeMode, TargetFunctionArn = '', Cors: cors } = url.properties() as UrlProperties;
  if (AuthType !== 'NONE' || InvokeMode !== 'RESPONSE_STREAM') {
    throw new Error(
      `Function URL ${url.logicalId}: the local runner serves AuthType NONE with InvokeMode RESPONSE_STREAM`,
    );
  }
  const fn = findFunction(TargetFunctionArn);
  if (!fn) throw new Error(`Function URL ${url.logicalId} leads to no function of the templates`);
  return { fn, cors };
}
