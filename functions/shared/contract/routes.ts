export interface RouteRow {
  /** Its file is `functions/query/routes/<name>.ts`. */
  readonly name: string;
  readonly path: string;
  /** OAuth scope of the bearer token; `null` needs no token. */
  readonly scope: string | null;
}

const READ = 'analytics:read';

export const scopes = { read: READ, admin: 'analytics:admin' } as const;

/** A new route is a row here plus its own file; no stack is edited. */
export const routes = [
  { name: 'dashboard-overview', path: '/api/v1/analytics/dashboard/overview', scope: READ },
  { name: 'revenue', path: '/api/v1/analytics/revenue', scope: READ },
  { name: 'products-performance', path: '/api/v1/analytics/products/performance', scope: READ },
  { name: 'inventory', path: '/api/v1/analytics/inventory', scope: READ },
  { name: 'orders', path: '/api/v1/analytics/orders', scope: READ },
  { name: 'channels', path: '/api/v1/analytics/channels', scope: READ },
  { name: 'marketing', path: '/api/v1/analytics/marketing', scope: READ },
  { name: 'explain', path: '/api/v1/analytics/explain', scope: READ },
  { name: 'realtime', path: '/api/v1/analytics/realtime', scope: READ },
  { name: 'returns', path: '/api/v1/analytics/returns', scope: READ },
  { name: 'data-quality', path: '/api/v1/analytics/data-quality', scope: READ },
  { name: 'health', path: '/health', scope: null },
  { name: 'openapi', path: '/openapi.json', scope: null },
  { name: 'docs', path: '/docs', scope: null },
  { name: 'docs-file', path: '/docs/{file}', scope: null },
] as const satisfies readonly RouteRow[];

export interface AdminRouteRow {
  /** Its file is `functions/admin/routes/<name>.ts`. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Whether it changes something: then it takes `dryRun=true` and an `Idempotency-Key`. */
  readonly changes: boolean;
}

/** An HTTP API waits 30 s for an answer. */
export const ADMIN_TIMEOUT_SECONDS = 29;

/** On AWS signed with IAM credentials, on this machine with a token of the scope `analytics:admin`. */
export const adminRoutes = [
  { name: 'list-dead-letters', method: 'GET', path: '/admin/v1/dead-letters', changes: false },
  { name: 'read-dead-letter', method: 'GET', path: '/admin/v1/dead-letters/{id}', changes: false },
  { name: 'replay-dead-letters', method: 'POST', path: '/admin/v1/dead-letters/replay', changes: true },
  { name: 'replay-dead-letter', method: 'POST', path: '/admin/v1/dead-letters/{id}/replay', changes: true },
  { name: 'discard-dead-letter', method: 'POST', path: '/admin/v1/dead-letters/{id}/discard', changes: true },
  { name: 'erase-customer', method: 'DELETE', path: '/admin/v1/customers/{customerId}', changes: true },
  { name: 'list-jobs', method: 'GET', path: '/admin/v1/jobs', changes: false },
  { name: 'start-aggregation', method: 'POST', path: '/admin/v1/aggregations', changes: true },
  { name: 'read-aggregation', method: 'GET', path: '/admin/v1/aggregations/{id}', changes: false },
  { name: 'list-reconciliations', method: 'GET', path: '/admin/v1/reconciliations', changes: false },
  {
    name: 'acknowledge-reconciliation',
    method: 'POST',
    path: '/admin/v1/reconciliations/{id}/acknowledge',
    changes: true,
  },
  { name: 'start-replay', method: 'POST', path: '/admin/v1/replays', changes: true },
  { name: 'list-replays', method: 'GET', path: '/admin/v1/replays', changes: false },
  { name: 'read-replay', method: 'GET', path: '/admin/v1/replays/{id}', changes: false },
  { name: 'cancel-replay', method: 'POST', path: '/admin/v1/replays/{id}/cancel', changes: true },
  { name: 'read-costs', method: 'GET', path: '/admin/v1/costs', changes: false },
] as const satisfies readonly AdminRouteRow[];
