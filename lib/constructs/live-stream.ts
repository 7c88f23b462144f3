import { join } from 'node:path';
import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  FunctionUrlAuthType,
  HttpMethod,
  InvokeMode,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { functionName, LIVE_FUNCTION, logGroupName } from '#contract/functions.ts';
import { resourceVariables } from '#contract/variables.ts';
import type { Settings } from '../settings.ts';
import { acknowledge } from './acknowledge.ts';
import { FunctionAlarms } from './function-alarms.ts';

export interface LiveStreamProps {
  readonly settings: Settings;
  readonly functionsDirectory: string;
  /** Of the query API. */
  readonly apiUrl: string;
}

/** What is left of an invocation when its stream has ended. */
const MARGIN_SECONDS = 10;

/**
 * The live stream at a URL of its own, for as many viewers at once as the stage says; where it says 0 there is nothing but
 * the log of one that may have been. The function asks the query API with each viewer's token, so it stands outside the
 * network, without a database login and with no right but to log and trace.
 */
export class LiveStream extends Construct {
  constructor(scope: Construct, id: string, { settings, functionsDirectory, apiUrl }: LiveStreamProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: logGroupName(LIVE_FUNCTION),
      retention: settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    if (settings.liveViewers === 0) return;

    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const { LIVE_STREAM_SECONDS, LIVE_INTERVAL_SECONDS, LOG_LEVEL, POWERTOOLS_LOGGER_SAMPLE_RATE } = settings.functions;
    const timeout = Duration.seconds(Number(LIVE_STREAM_SECONDS) + MARGIN_SECONDS);
    const physicalName = functionName(LIVE_FUNCTION);
    const fn = new LambdaFunction(this, 'Function', {
      functionName: physicalName,
      description: 'Streams the live figures, as the query API answers them to each viewer',
      code: Code.fromAsset(join(functionsDirectory, LIVE_FUNCTION)),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 256,
      timeout,
      // An execution each: without a bound, open dashboards could take those that ingestion needs.
      reservedConcurrentExecutions: settings.liveViewers,
      tracing: Tracing.ACTIVE,
      role,
      logGroup,
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_SERVICE_NAME: physicalName,
        [resourceVariables.apiUrl]: apiUrl,
        ...{ LIVE_STREAM_SECONDS, LIVE_INTERVAL_SECONDS, LOG_LEVEL, POWERTOOLS_LOGGER_SAMPLE_RATE },
      },
    });
    acknowledge(role, 'IAM5[Resource::*]', 'Traces take no narrower resource; a test holds the list.');
    new FunctionAlarms(this, 'Alarms', { fn, name: LIVE_FUNCTION, timeout, serves: true, streams: true });

    const { url } = fn.addFunctionUrl({
      // Bearer tokens are no IAM credentials. Whose is taken says the API's authorizer, which every question passes.
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.RESPONSE_STREAM,
      // The API has no CORS: pages of its own origin read it. To this URL those are on another origin, and they alone may read.
      cors: {
        allowedOrigins: [apiUrl],
        allowedMethods: [HttpMethod.GET],
        allowedHeaders: ['authorization', 'last-event-id'],
        maxAge: Duration.hours(1),
      },
    });
    new CfnOutput(scope, 'LiveUrl', { value: url });
  }
}
