import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { type AdminRouteRow, adminRoutes, type RouteRow, routes, scopes } from '#contract/routes.ts';
import { liveOperation } from './live.ts';
import {
  type AdminDocumentation,
  closed,
  instant,
  type PlainDocumentation,
  parameter,
  type QueryDocumentation,
  type RouteDocumentation,
  type Schema,
} from './parts.ts';
import { meta, parameters, problemResponse, respondWith, responses, schemas, shared } from './shared.ts';

/** An OpenAPI document, as far as it is read again. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

/**
 * The document of both APIs, from the rows of the contract table and the part beside it of each row's name: `query/<name>.ts`,
 * `admin/<name>.ts`. One without the other is no path, which a test finds. And of the live stream, on a server of its own.
 */
export async function makeDocument(): Promise<OpenApiDocument> {
  const queryParts = await readParts<QueryDocumentation | PlainDocumentation>('query');
  const adminParts = await readParts<AdminDocumentation>('admin');
  const paths: Record<string, Record<string, Schema>> = {};
  const add = (method: string, path: string, operation: Schema) => {
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  };
  for (const row of routes as readonly RouteRow[]) {
    const part = queryParts.get(row.name);
    if (part) add('GET', row.path, queryOperation(row, part));
  }
  for (const row of adminRoutes) {
    const part = adminParts.get(row.name);
    if (part) add(row.method, row.path, adminOperation(row, part));
  }
  add('GET', '/', liveOperation);
  return { ...head, paths, components: { schemas, responses, parameters, securitySchemes } };
}

const securitySchemes = {
  token: {
    ...{ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    description: `An access token of the deployment's OpenID Connect issuer with the scope of the route; on a machine of one's own those of \`outputs.json\``,
  },
  iam: {
    ...{ type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' },
    description: 'IAM credentials, as a signature (SigV4) for the service execute-api',
  },
};

const head = {
  openapi: '3.1.1',
  info: {
    title: 'Commerce analytics',
    version: 'v1',
    description: [
      'Sales, customers and operations of a shop, computed from its events.',
      'Amounts are decimal text and exact; rates are numbers in [0, 1]; what cannot be computed is null, and `meta.notes` says which event would supply it.',
    ].join(' '),
  },
  servers: [{ url: '/' }],
  tags: [
    { name: 'Analytics', description: `Needs a token with the scope \`${scopes.read}\`` },
    {
      name: 'Administration',
      description: `For operators. On AWS an API of its own that takes IAM credentials; on this machine a token with the scope \`${scopes.admin}\``,
    },
    { name: 'Service', description: 'Open to everyone' },
  ],
};

async function readParts<Part extends RouteDocumentation>(kind: 'query' | 'admin'): Promise<ReadonlyMap<string, Part>> {
  const parts = new Map<string, Part>();
  for (const file of readdirSync(new URL(`${kind}/`, import.meta.url))) {
    const name = basename(file, '.ts');
    const { documentation }: { documentation: Part } = await import(`./${kind}/${name}.ts`);
    parts.set(name, documentation);
  }
  return parts;
}

const refusals = (...names: readonly string[]) => {
  const statuses: Readonly<Record<string, number>> = {
    ...{ BadParameter: 400, Unauthorized: 401, Forbidden: 403, TooManyRequests: 429, Internal: 500, Unavailable: 503 },
  };
  return Object.fromEntries(names.map((name) => [statuses[name], respondWith(name)]));
};

function queryOperation({ name, scope }: RouteRow, part: QueryDocumentation | PlainDocumentation): Schema {
  const about = { operationId: name, summary: part.summary, description: part.description };
  const open = refusals('BadParameter', 'TooManyRequests', 'Internal', 'Unavailable');
  if ('responses' in part) {
    const security = scope === null ? [] : [{ token: [scope] }];
    const { parameters: own = [], responses: answers } = part;
    return { ...about, tags: ['Service'], security, parameters: own, responses: { ...open, ...answers } };
  }
  const schema = closed({ data: part.data, meta: closed({ ...meta, ...part.meta }) });
  return {
    ...about,
    tags: ['Analytics'],
    security: [{ token: [scope] }],
    parameters: [...(part.parameters ?? []), ...shared('If-None-Match')],
    responses: {
      200: {
        description: 'All figures are of one state of the database',
        headers: { ETag: { description: 'Of the question and its data', schema: { type: 'string' } } },
        content: { 'application/json': { schema } },
      },
      304: respondWith('NotModified'),
      ...refusals('Unauthorized', 'Forbidden'),
      ...open,
    },
  };
}

const changing = [
  parameter('dryRun', { type: 'boolean', default: false }, 'Says what would be done, and does nothing'),
  {
    ...{ name: 'Idempotency-Key', in: 'header', required: false },
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
    description: 'A request that comes again with the same key is the same one: the first answer is given again',
  },
];

function adminOperation({ name, changes }: AdminRouteRow, part: AdminDocumentation): Schema {
  const dryRun: Record<string, Schema> = changes ? { dryRun: { type: 'boolean' } } : {};
  const schema = closed({ data: part.data, meta: closed({ asOf: instant, ...dryRun, ...part.meta }) });
  const problems = { ...part.problems, ...(changes && problemsOfKeys(part.problems?.[409])) };
  const refused = Object.entries(problems).map(([status, when]) => [status, problemResponse(when)] as const);
  return {
    ...{ operationId: name, summary: part.summary, description: part.description, tags: ['Administration'] },
    security: [{ iam: [] }, { token: [scopes.admin] }],
    parameters: [...(part.parameters ?? []), ...(changes ? changing : [])],
    ...(part.body && { requestBody: { required: true, content: { 'application/json': { schema: part.body } } } }),
    responses: {
      200: {
        description: changes ? 'What was done, or of a dry run what would be' : 'As of now',
        content: { 'application/json': { schema } },
      },
      ...refusals('BadParameter', 'Unauthorized', 'Forbidden', 'TooManyRequests', 'Internal', 'Unavailable'),
      ...Object.fromEntries(refused),
    },
  };
}

/** Of changes, whose requests may carry an Idempotency-Key. */
function problemsOfKeys(conflict: string | undefined): Readonly<Record<number, string>> {
  const underWay = 'The first request of this Idempotency-Key is under way';
  return {
    409: conflict === undefined ? underWay : `${conflict}; or: ${underWay}`,
    422: 'This Idempotency-Key came with another request before',
  };
}
