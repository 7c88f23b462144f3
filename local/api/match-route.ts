/** A route of an HTTP API; `key` is `GET /path/{id}`, `ANY /{proxy+}` or `$default`. */
export interface RouteKey {
  readonly key: string;
}

export interface RouteMatch<Route extends RouteKey> {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * The route that an HTTP API picks: a full match before a greedy one before `$default`; fixed segments before variables;
 * a method before ANY.
 */
export function matchRoute<Route extends RouteKey>(
  routes: readonly Route[],
  method: string,
  path: string,
): RouteMatch<Route> | undefined {
  let best: (RouteMatch<Route> & { readonly rank: string }) | undefined;
  for (const route of routes) {
    const [routeMethod = '', routePath] = route.key.split(' ');
    if (routePath && routeMethod !== method && routeMethod !== 'ANY') continue;
    const match = routePath ? matchPath(routePath, path) : { pathParameters: {}, rank: '3' };
    if (!match) continue;
    const rank = `${match.rank}${routeMethod === method ? 0 : 1}`;
    if (!best || rank < best.rank) best = { route, pathParameters: match.pathParameters, rank };
  }
  return best && { route: best.route, pathParameters: best.pathParameters };
}

/** `rank` sorts the better match first: per segment 0 fixed, 1 variable, 2 greedy. */
function matchPath(pattern: string, path: string) {
  const [expected, actual] = [pattern.split('/').slice(1), path.split('/').slice(1)];
  const pathParameters: Record<string, string> = {};
  let rank = '';
  for (const [index, segment] of expected.entries()) {
    const variable = /^\{([^}+]+)(\+?)\}$/.exec(segment);
    if (variable?.[2]) {
      if (actual.length <= index) return undefined;
      pathParameters[variable[1]!] = actual.slice(index).join('/');
      return { pathParameters, rank: `${rank}2` };
    }
    const given = actual[index];
    if (given === undefined || (variable ? given === '' : given !== segment)) return undefined;
    if (variable) pathParameters[variable[1]!] = given;
    rank += variable ? '1' : '0';
  }
  return actual.length === expected.length ? { pathParameters, rank } : undefined;
}
