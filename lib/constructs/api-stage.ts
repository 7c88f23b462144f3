import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpStage, type IHttpApi, LogGroupLogDestination, type ThrottleSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import { MathExpression, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { RunbookAlarm } from './runbook-alarm.ts';

export interface ApiStageProps {
  readonly api: IHttpApi;
  /** Of the log group `/aws/apigateway/<name>`. */
  readonly name: string;
  readonly throttle: ThrottleSettings;
  readonly settings: Settings;
}

/** The one stage of an HTTP API, throttled, with an access log and an alarm for answers of 5xx. */
export class ApiStage extends Construct {
  constructor(scope: Construct, id: string, { api, name, throttle, settings }: ApiStageProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'AccessLog', {
      logGroupName: `/aws/apigateway/${name}`,
      retention: settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle,
      detailedMetricsEnabled: true,
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        // Route, not path, and neither address nor token: an access log holds nothing personal.
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: '$context.requestId',
            time: '$context.requestTime',
            route: '$context.routeKey',
            status: '$context.status',
            latencyMs: '$context.responseLatency',
            responseBytes: '$context.responseLength',
            authorizerError: '$context.authorizer.error',
            integrationError: '$context.integrationErrorMessage',
          }),
        ),
      },
    });
    new RunbookAlarm(this, 'Failing', {
      name: 'api-failing',
      subject: name,
      severity: 'P1',
      metric: failedPercent(api),
      above: 5,
      evaluationPeriods: 2,
      // Nobody asks, nobody is refused: API Gateway reports nothing without requests.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

/** Share of the answers that are 5xx. One of them is none yet: of ten requests in a quiet hour it would be 10 %. */
function failedPercent(api: IHttpApi): MathExpression {
  const metric = (metricName: string) =>
    new Metric({ namespace: 'AWS/ApiGateway', metricName, dimensionsMap: { ApiId: api.apiId }, statistic: Stats.SUM });
  return new MathExpression({
    expression: 'IF(failed > 1, 100 * failed / answered, 0)',
    usingMetrics: { failed: metric('5xx'), answered: metric('Count') },
    period: Duration.minutes(5),
    label: 'Answers of 5xx, %',
  });
}
