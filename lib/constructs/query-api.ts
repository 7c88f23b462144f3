import { CfnParameter } from 'aws-cdk-lib';
import { HttpApi, HttpMethod, HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { routes } from '#contract/routes.ts';
import type { Settings, TokenIssuer } from '../settings.ts';
import { acknowledge } from './acknowledge.ts';
import { ApiStage } from './api-stage.ts';

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
      const [route] = api.addRoutes({
        path,
        methods: [HttpMethod.GET],
        integration,
        authorizer: required === null ? new HttpNoneAuthorizer() : authorizer,
        authorizationScopes: required === null ? undefined : [required],
      });
      if (required === null) acknowledge(route!, 'APIG4', 'Open to everyone by its row: it tells nothing of the shop.');
    }
    new ApiStage(this, 'ApiStage', {
      api,
      name: 'analytics',
      throttle: props.settings.throttle,
      settings: props.settings,
    });
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
}
