import { CfnParameter, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { routes } from '#contract';
import type { Settings, TokenIssuer } from '../settings.ts';

/** The HTTP API: the contract's routes on one function, each with the scope of its row. */
export class QueryApi extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: { readonly handler: IFunction; readonly settings: Settings }) {
    super(scope, id);
    const api = new HttpApi(this, 'Api', { apiName: 'analytics', createDefaultStage: false });
    const { issuer, audience } = props.settings.tokens ?? this.issuerParameters();
    const authorizer = new HttpJwtAuthorizer('Jwt', issuer, { jwtAudience: [audience] });
    // One permission for the API; the default is one per route, and a function's policy holds 20 KB.
    const integration = new HttpLambdaIntegration('Query', props.handler, { scopePermissionToRoute: false });
    for (const { path, scope: required } of routes) {
      api.addRoutes({
        path,
        methods: [HttpMethod.GET],
        integration,
        authorizer: required === null ? new HttpNoneAuthorizer() : authorizer,
        authorizationScopes: required === null ? undefined : [required],
      });
    }
    this.addStage(api, props.settings);
    this.url = api.apiEndpoint;
  }

  /** Without defaults: CloudFormation refuses a deployment that does not say who issues its tokens. */
  private issuerParameters(): TokenIssuer {
    const parameter = (name: string, description: string) =>
      new CfnParameter(this, name, { type: 'String', minLength: 1, description }).valueAsString;
    return {
      issuer: parameter('OidcIssuer', 'OpenID Connect issuer of the API tokens: their iss, an https:// URL'),
      audience: parameter('OidcAudience', 'Audience of the API tokens: their aud'),
    };
  }

  private addStage(httpApi: HttpApi, settings: Settings): void {
    const logGroup = new LogGroup(this, 'AccessLog', {
      logGroupName: '/aws/apigateway/analytics',
      retention: settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi,
      stageName: '$default',
      autoDeploy: true,
      throttle: settings.throttle,
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
  }
}
