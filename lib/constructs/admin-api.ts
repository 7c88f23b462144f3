import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { adminRoutes } from '#contract/routes.ts';
import type { Settings } from '../settings.ts';
import { ApiStage } from './api-stage.ts';

/** People and scripts of operators, not dashboards. */
const THROTTLE = { rateLimit: 5, burstLimit: 10 } as const;

/**
 * The HTTP API of the admin routes, an API of its own: its callers sign with IAM credentials, and the query API's tokens
 * open nothing here whatever their scope.
 */
export class AdminApi extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: { readonly handler: IFunction; readonly settings: Settings }) {
    super(scope, id);
    const api = new HttpApi(this, 'Api', { apiName: 'analytics-admin', createDefaultStage: false });
    const integration = new HttpLambdaIntegration('Admin', props.handler, { scopePermissionToRoute: false });
    const authorizer = new HttpIamAuthorizer();
    for (const { method, path } of adminRoutes) {
      api.addRoutes({ path, methods: [HttpMethod[method]], integration, authorizer });
    }
    new ApiStage(this, 'ApiStage', { api, name: 'analytics-admin', throttle: THROTTLE, settings: props.settings });
    this.url = api.apiEndpoint;
  }
}
