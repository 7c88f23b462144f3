import { join } from 'node:path';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { DatabaseRole } from '#contract/database-roles.ts';
import { functionName, logGroupName } from '#contract/functions.ts';
import { CA_FILE_NAME, resourceVariables, type SettingName } from '#contract/variables.ts';
import type { Settings } from '../settings.ts';
import { acknowledge } from './acknowledge.ts';
import { DATABASE_NAME, type Database } from './database.ts';
import { FunctionAlarms } from './function-alarms.ts';
import type { Network } from './network.ts';

/** What every function stands on. */
export interface Platform {
  readonly settings: Settings;
  /** Where `scripts/build.ts` left a folder per function. */
  readonly functionsDirectory: string;
  readonly network: Network;
  readonly database: Database;
}

export interface ServiceFunctionProps {
  readonly platform: Platform;
  /** The bundle's folder, and `analytics-<name>` the function's name. */
  readonly name: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly memoryMb: number;
  /** The one database user that it may log in as. */
  readonly databaseRole: DatabaseRole;
  /** Settings it reads besides those of the log and of the database, which all read. */
  readonly settings?: readonly SettingName[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Callers or queues wait for it: it has the alarms for failures, throttles and slowness too. */
  readonly serves?: boolean;
}

/** Where Lambda unpacks a bundle. */
const CA_FILE = `/var/task/${CA_FILE_NAME}`;

const everyFunctionReads = [
  'LOG_LEVEL',
  'POWERTOOLS_LOGGER_SAMPLE_RATE',
  'DATABASE_POOL_SIZE',
  'DATABASE_IDLE_TIMEOUT_SECONDS',
  'DATABASE_CONNECT_TIMEOUT_SECONDS',
] as const satisfies readonly SettingName[];

/** A bundled handler with a role, a log group and a database login of its own. */
export class ServiceFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    const { platform, name } = props;
    const { cluster } = platform.database;
    const physicalName = functionName(name);
    const logGroup = new LogGroup(scope, `${id}Log`, {
      logGroupName: logGroupName(name),
      retention: platform.settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, {
      functionName: physicalName,
      description: props.description,
      code: Code.fromAsset(join(platform.functionsDirectory, name)),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      // A fifth cheaper than x86_64, and the bundles hold no native code.
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: props.timeout,
      tracing: Tracing.ACTIVE,
      role: newRole(scope, `${id}Role`, logGroup),
      logGroup,
      vpc: platform.network.vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [platform.network.functionGroup],
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_SERVICE_NAME: physicalName,
        [resourceVariables.databaseHost]: cluster.clusterEndpoint.hostname,
        [resourceVariables.databasePort]: cluster.clusterEndpoint.port.toString(),
        [resourceVariables.databaseName]: DATABASE_NAME,
        [resourceVariables.databaseUser]: props.databaseRole,
        [resourceVariables.databaseCaFile]: CA_FILE,
        ...pick(platform.settings.functions, [...everyFunctionReads, ...(props.settings ?? [])]),
        ...props.environment,
      },
    });
    cluster.grantConnect(this, props.databaseRole);
    new FunctionAlarms(this, 'Alarms', { fn: this, name, timeout: props.timeout, serves: props.serves ?? false });
  }
}

function pick<Name extends string>(values: Readonly<Record<Name, string>>, names: readonly Name[]) {
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

/** AWSLambdaVPCAccessExecutionRole allows every log group; this one only the function's own. */
function newRole(scope: Construct, id: string, logGroup: LogGroup): Role {
  const role = new Role(scope, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  role.addToPolicy(
    new PolicyStatement({
      // Lambda attaches its network interfaces with the function's role; these actions take no narrower resource.
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'],
    }),
  );
  acknowledge(
    role,
    'IAM5[Resource::*]',
    'Network interfaces and traces take no narrower resource; a test holds the list.',
  );
  return role;
}
