import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RouteRow, routes } from '#contract/routes.ts';
import { BadParameter } from '#core/problem.ts';
import type { RouteModule } from '../../functions/query/route.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { document } from '../setup/documented-answers.ts';

let db: TestDatabase;
let reader: Sql;
beforeAll(async () => {
  db = await createDatabase({ migrated: true });
  reader = db.connect('analytics_query', { max: 1 });
});
afterAll(() => db.drop());

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: { readonly enum?: readonly string[] };
}

function parametersOf(path: string): Parameter[] {
  const listed = (document.paths[path]?.get?.parameters ?? []) as readonly Parameter[];
  const shared = (document.components as { parameters: Record<string, Parameter> }).parameters;
  return listed
    .map((parameter) => (parameter.$ref ? shared[parameter.$ref.split('/').at(-1)!]! : parameter))
    .filter((parameter) => parameter.in === 'query');
}

/** What the route makes of the query: its status, or the parameter that it refuses. */
async function ask(name: string, query: string): Promise<string> {
  const { answer } = (await import(`../../functions/query/routes/${name}.ts`)) as RouteModule;
  const request = { query: new URLSearchParams(query), database: () => reader, now: new Date('2026-06-30T12:00:00Z') };
  try {
    return String((await answer({ ...request, timeZone: 'UTC', currency: 'EUR', path: { file: 'none' } })).status);
  } catch (error) {
    if (error instanceof BadParameter) return `refuses ${error.problem.parameter}`;
    throw error;
  }
}

/** Wrong for whatever parameter: none is empty, this long, holds control characters or bytes that are not UTF-8. */
const wrong = {
  empty: '',
  'over-long': 'x'.repeat(5_000),
  NUL: '%00',
  'a control character': 'a%1Bb',
  'not UTF-8': '%FF%FE',
  'a value with NUL': 'web%00',
};

const answered = (routes as readonly RouteRow[]).filter(({ path }) => path.startsWith('/api/'));

describe.each(answered.map(({ name, path }) => [name, path] as const))('%s', (name, path) => {
  const parameters = parametersOf(path);
  const needed = parameters
    .filter(({ required }) => required)
    .map((parameter) => `&${parameter.name}=${parameter.schema.enum?.[0]}`)
    .join('');

  test('is asked with what it needs, and nothing else', async () => {
    expect(parameters.length).toBeGreaterThan(3);
    expect(await ask(name, needed)).toBe('200');
    for (const unknown of ['nosuch=1', 'From=2026-01-01', '=', 'from%00=1', '__proto__=1', 'constructor=1']) {
      expect(await ask(name, `${needed}&${unknown}`)).toBe(
        `refuses ${new URLSearchParams(unknown).keys().next().value}`,
      );
    }
  });

  test.each(parameters.map((parameter) => [parameter.name, parameter] as const))(
    'refuses a wrong %s by name',
    async (_, parameter) => {
      const others = parameter.required ? '' : needed;
      for (const [kind, value] of Object.entries(wrong)) {
        expect(`${kind}: ${await ask(name, `${others}&${parameter.name}=${value}`)}`).toBe(
          `${kind}: refuses ${parameter.name}`,
        );
      }
      const once = `&${parameter.name}=${parameter.schema.enum?.[0] ?? '1'}`;
      expect(await ask(name, `${others}${once}${once}`)).toBe(`refuses ${parameter.name}`);
    },
  );
});

describe('common parameters', () => {
  test.each([
    ['from=2026-02-30', 'from'],
    ['from=2026-06-01T00:00:00', 'from'],
    ['from=1969-12-31', 'from'],
    ['from=2026-06-02&to=2026-06-01', 'from'],
    ['from=2026-06-01&to=2026-06-01', 'from'],
    ['to=2200-01-01', 'to'],
    ['to=+2026-01-01', 'to'],
    ['to=now', 'to'],
    ['granularity=Day', 'granularity'],
    ['timezone=+01:00', 'timezone'],
    ['timezone=Europe/Atlantis', 'timezone'],
    ['timezone=Etc/../UTC', 'timezone'],
    ['currency=eur', 'currency'],
    ['currency=XQX', 'currency'],
    ["channel=web'%0Aor", 'channel'],
    ['compare=previous_year', 'compare'],
  ])('%s: refused by name', async (query, parameter) => {
    for (const name of ['revenue', 'dashboard-overview', 'data-quality']) {
      expect(await ask(name, query)).toBe(`refuses ${parameter}`);
    }
  });
});
