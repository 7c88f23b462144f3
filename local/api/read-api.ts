import type { LambdaFunction } from '../lambda/run-function.ts';
import type { Deployment } from '../template/deploy-template.ts';
import type { JwtRules } from './authorize-request.ts';

export interface ApiRoute {
  readonly key: string;
  readonly fn: LambdaFunction;
  /** Undefined: open to everyone. */
  readonly jwt: JwtRules | undefined;
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

/** The HTTP API of the templates. A route that needs what this runner has not (IAM, other authorizers) stops the start. */
export function readApi(
  deployment: Deployment,
  findFunction: (arn: string) => LambdaFunction | undefined,
): HttpApi | undefined {
  const [api, ...others] = deployment.of('AWS::ApiGatewayV2::Api');
  if (others.length > 0) throw new Error('The templates hold several HTTP APIs; the local runner serves one');
  if (!api) return undefined;
  const byId = (type: string) => new Map(deployment.of(type).map((resource) => [resource.name, resource.properties()]));
  const integrations = byId('AWS::ApiGatewayV2::Integration');
  const authorizers = byId('AWS::ApiGatewayV2::Authorizer');
  const routes = deployment.of('AWS::ApiGatewayV2::Route').map((route) => {
    const { RouteKey, Target, AuthorizationType = 'NONE', AuthorizerId, AuthorizationScopes = [] } = route.properties();
    const key = String(RouteKey);
    const integration = integrations.get(String(Target).replace(/^integrations\//, ''));
    const fn = findFunction(String(integration?.IntegrationUri));
    if (!fn) throw new Error(`Route ${key} leads to no function of the templates`);
    if (AuthorizationType === 'NONE') return { key, fn, jwt: undefined };
    const { JwtConfiguration } = (authorizers.get(String(AuthorizerId)) ?? {}) as AuthorizerProperties;
    if (AuthorizationType !== 'JWT' || !JwtConfiguration) {
      throw new Error(`Route ${key} asks for ${String(AuthorizationType)}; the local runner checks JWTs`);
    }
    const { Issuer: issuer, Audience: audience } = JwtConfiguration;
    return { key, fn, jwt: { issuer, audience, scopes: AuthorizationScopes as readonly string[] } };
  });
  return { id: api.name, routes, cors: api.properties().CorsConfiguration as CorsRules | undefined };
}
