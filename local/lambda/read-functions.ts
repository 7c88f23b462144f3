import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DeployedResource, Deployment } from '../template/deploy-template.ts';
import type { Assembly } from '../template/read-assembly.ts';
import { arn, REGION } from '../template/resource-attributes.ts';
import type { FunctionSettings } from './run-function.ts';

/** What every function of this machine gets beside the template's variables. */
export interface FunctionSurroundings {
  /** Endpoint variables and whatever of the template's values exists only on AWS. */
  readonly variables: Readonly<Record<string, string>>;
  readonly logDirectory: string;
}

interface FunctionProperties {
  readonly Runtime?: string;
  readonly Handler?: string;
  readonly Code?: { readonly S3Key?: string };
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly ReservedConcurrentExecutions?: number;
}

/** The functions that this runner runs, by resource: Node.js code of an asset. CDK's own helpers are not among them. */
export function readFunctions(
  deployment: Deployment,
  assembly: Assembly,
  surroundings: FunctionSurroundings,
): ReadonlyMap<DeployedResource, FunctionSettings> {
  const helpers = providerArns(deployment);
  const functions = new Map<DeployedResource, FunctionSettings>();
  for (const resource of deployment.of('AWS::Lambda::Function')) {
    const properties = resource.properties() as FunctionProperties;
    const functionArn = arn('lambda', `function:${resource.name}`);
    const hash = properties.Code?.S3Key?.replace(/\.zip$/, '') ?? '';
    const directory = assembly.assets.get(hash);
    if (helpers.has(functionArn) || !properties.Runtime?.startsWith('nodejs') || !directory) continue;
    const [moduleName = '', exportName = ''] = (properties.Handler ?? '').split('.');
    // What CDK adds for its own needs has handlers named like `__entrypoint__.handler`.
    if (moduleName.startsWith('__')) continue;
    functions.set(resource, {
      name: resource.name,
      arn: functionArn,
      moduleFile: moduleFile(directory, moduleName),
      exportName,
      environment: environment(resource.name, directory, properties, surroundings),
      timeoutSeconds: Number(properties.Timeout ?? 3),
      memoryMb: Number(properties.MemorySize ?? 128),
      reserved: properties.ReservedConcurrentExecutions,
      logFile: join(surroundings.logDirectory, `${resource.name}.log`),
    });
  }
  return functions;
}

/** Functions behind a custom resource's service token: they serve CloudFormation, not the application. */
function providerArns(deployment: Deployment): ReadonlySet<unknown> {
  const custom = deployment.resources.filter(
    ({ type }) => type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource',
  );
  return new Set(custom.map((resource) => resource.properties().ServiceToken));
}

function moduleFile(directory: string, name: string): string {
  if (!statSync(directory).isDirectory()) throw new Error(`Asset ${directory} is not a directory of code`);
  const candidates = ['.mjs', '.js', '.cjs'].map((extension) => join(directory, `${name}${extension}`));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (!found) throw new Error(`Asset ${directory} holds no ${name}.mjs, .js or .cjs`);
  return found;
}

function environment(
  name: string,
  directory: string,
  properties: FunctionProperties,
  { variables }: FunctionSurroundings,
): Readonly<Record<string, string>> {
  const own = Object.entries(properties.Environment?.Variables ?? {}).map(
    ([key, value]) => [key, String(value)] as const,
  );
  return {
    PATH: process.env.PATH ?? '',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(properties.MemorySize ?? 128),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    LAMBDA_TASK_ROOT: directory,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    _HANDLER: properties.Handler ?? '',
    // No X-Ray daemon listens here.
    POWERTOOLS_TRACE_ENABLED: 'false',
    AWS_XRAY_CONTEXT_MISSING: 'IGNORE_ERROR',
    ...Object.fromEntries(own),
    ...Object.fromEntries(
      Object.entries(variables).filter(([key]) => key.startsWith('AWS_') || own.some(([set]) => set === key)),
    ),
  };
}
