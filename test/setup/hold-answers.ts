import { adminRoutes, routes } from '#contract/routes.ts';

/**
 * Every answer of a route that a test sees is held against the OpenAPI document, whoever wrote the test: those of the
 * functions' modules by `wrap-routes.ts`, those of a running system by `fetch`. What does not fit fails the test.
 */
const found: string[] = [];
export const takeFound = (): string[] => found.splice(0);

/** Origins of running systems whose answers are held. */
const origins = new Set<string>();
export const holdOrigin = (url: string): void => void origins.add(new URL(url).origin);

const load = () => import('./documented-answers.ts');

async function hold(key: string, answer: { status: number; contentType: string | null; body?: unknown }) {
  const { findUndocumented } = await load();
  found.push(...findUndocumented(key, answer).slice(0, 5));
}

/** Of a bytes' body only the type can be told. */
const contentTypeOf = (body: unknown) => (body === undefined ? null : 'application/json');
const asJson = (body: unknown) => (body === undefined ? undefined : JSON.parse(JSON.stringify(body)));

type Answer = { readonly status: number; readonly body: object | undefined };

export function holdRoute<Request>(name: string, answer: (request: Request) => Promise<Answer>) {
  const key = `GET ${routes.find((row) => row.name === name)?.path}`;
  return async (request: Request): Promise<Answer> => {
    const given = await answer(request);
    const { status, body } = given;
    await hold(key, { status, contentType: contentTypeOf(body), body: asJson(body) });
    return given;
  };
}

interface Result {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export function holdHandler<Event extends { readonly routeKey: string }>(
  handler: (event: Event, ...others: unknown[]) => Promise<Result>,
) {
  const keys = [
    ...routes.map(({ path }) => `GET ${path}`),
    ...adminRoutes.map(({ method, path }) => `${method} ${path}`),
  ];
  return async (event: Event, ...others: unknown[]): Promise<Result> => {
    const result = await handler(event, ...others);
    const { statusCode = 200, headers, body } = result;
    const contentType = headers?.['content-type'] ?? null;
    const isJson = contentType?.includes('json') ?? false;
    if (keys.includes(event.routeKey))
      await hold(event.routeKey, {
        status: statusCode,
        contentType,
        body: isJson ? JSON.parse(body ?? '') : undefined,
      });
    return result;
  };
}

/** A response that has been fetched; of one that is no answer of a route nothing is said. */
export async function holdResponse(method: string, url: string, response: Response): Promise<void> {
  const { origin, pathname } = new URL(url);
  if (!origins.has(origin)) return;
  const { findOperation } = await load();
  const key = findOperation(method, pathname);
  if (key === undefined) return;
  const contentType = response.headers.get('content-type');
  const body = contentType?.includes('json') ? await response.clone().json() : undefined;
  await hold(key, { status: response.status, contentType, body });
}
