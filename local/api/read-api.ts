import { scopes } from '#contract/routes.ts';
import type { LambdaFunction } from '../lambda/run-function.ts';
import type { Deployment } from '../template/deploy-template.ts';
import type { JwtRules } from './authorize-request.ts';

export interface ApiRoute {
  readonly apiId: string;
  readonly key: string;
  readonly fn: LambdaFunction;
  /** Undefined: open to everyone. */
  readonly jwt: JwtRules | undefined;
  /** On AWS it takes a request signed with IAM credentials, which nothing here can check: see `readApis`. */
  readonly iam: boolean;
}

export interface CorsRules {
  readonly AllowOrigins?: readonly string[];
  readonly AllowMethods?: readonly string[];
  readonly AllowHeaders?: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  readonly MaxAge?: number;
}

export interface HttpApi {
  readonly id: string;
  readonly routes: readonly ApiRoute[];
  readonly cors: CorsRules | undefined;
}

interface AuthorizerProperties {
  readonly JwtConfiguration?: { readonly Issuer: string; readonly Audience: readonly string[] };
}

/** Issuer and audience of the templates' first JWT authorizer, for which the tokens of this machine are made. */
export function readTokenIssue(deployment: Deployment): Omit<JwtRules, 'scopes'> {
  const [authorizer] = deployment.of('AWS::ApiGatewayV2::Authorizer');
  const { JwtConfiguration } = (authorizer?.properties() ?? {}) as AuthorizerProperties;
  return { issuer: JwtConfiguration?.Issuer ?? '', audience: JwtConfiguration?.Audience ?? [''] };
}

/**
 * The HTTP APIs of the templates as one, on one port. There are no IAM credentials on this machine to sign with: a route
 * that asks for them takes a bearer token with the scope `analytics:admin` instead, and its function sees the caller as
 * IAM authorization shows one. A route that needs what this runner has not (other authorizers) stops the start.
 */
export function readApis(
  deployment: Deployment,
  findFunction: (arn: string) => LambdaFunction | undefined,
): HttpApi | undefined {
  const [api, ...others] = deployment.of('AWS::ApiGatewayV2::Api');
  if (!api) return undefined;
  if (others.some((other) => other.properties().CorsConfiguration)) {
    throw new Error('Two HTTP APIs of the templates have rules of their own for other origins; here they share a port');
  }
  const byId = (type: string) => new Map(deployment.of(type).map((resource) => [resource.name, resource.properties()]));
  const integrations = byId('AWS::ApiGatewayV2::Integration');
  const authorizers = byId('AWS::ApiGatewayV2::Authorizer');
  const routes = deployment.of('AWS::ApiGatewayV2::Route').map((route) => {
    const {
      ApiId,
      RouteKey,
      Target,
      AuthorizationType = 'NONE',
      AuthorizerId,
      AuthorizationScopes = [],
    } = route.properties();
    const key = String(RouteKey);
    const apiId = String(ApiId);
    const integration = integrations.get(String(Target).replace(/^integrations\//, ''));
    const fn = findFunction(String(integration?.IntegrationUri));
    if (!fn) throw new Error(`Route ${key} leads to no function of the templates`);
    if (AuthorizationType === 'NONE') return { apiId, key, fn, jwt: undefined, iam: false };
    if (AuthorizationType === 'AWS_IAM') {
      return { apiId, key, fn, jwt: { ...readTokenIssue(deployment), scopes: [scopes.admin] }, iam: true };
    }
    const { JwtConfiguration } = (authorizers.get(String(AuthorizerId)) ?? {}) as AuthorizerProperties;
    if (AuthorizationType !== 'JWT' || !JwtConfiguration) {
      throw new Error(`Route ${key} asks for ${String(AuthorizationType)}; the local runner checks JWTs and IAM`);
    }
    const { Issuer: issuer, Audience: audience } = JwtConfiguration;
    return { apiId, key, fn, jwt: { issuer, audience, scopes: AuthorizationScopes as readonly string[] }, iam: false };
  });
  return { id: api.name, routes, cors: api.properties().CorsConfiguration as CorsRules | undefined };
}
