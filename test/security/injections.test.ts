import { readFileSync } from 'node:fs';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EventType, eventTypes } from '#contract/event-types.ts';
import { adminRoutes, routes } from '#contract/routes.ts';
import { leastData } from '../core/sample-events.ts';
import { makeEvent } from '../setup/events.ts';
import { startTestSystem, type TestSystem } from '../setup/system.ts';
import { payloads } from './payloads.ts';
import { type StatementLog, watchStatements } from './watch-statements.ts';

/** Where a caller can put a text of their own. */
interface Place {
  readonly call: string;
  /** Of a query parameter, a member of the body, or a part of the path; a name of its own for a header. */
  readonly name: string;
  readonly kind: 'query' | 'body' | 'path' | 'header' | 'parameter name';
  /** What the route says that it takes here. */
  readonly choices: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

let system: TestSystem;
let statements: StatementLog;
beforeAll(async () => {
  system = await startTestSystem();
  statements = await watchStatements(system.sql);
});
afterAll(() => system?.stop());

const calls = [
  ...routes.map(({ path }) => `GET ${path}`),
  ...adminRoutes.map(({ method, path }) => `${method} ${path}`),
];

/** Dry where the route knows how: what changes something on purpose is not what is looked for. */
async function ask({ call, kind, name }: Omit<Place, 'choices'>, value: string): Promise<Answer> {
  const [method = '', pattern = ''] = call.split(' ');
  const path = pattern.replaceAll(/\{(\w+)\}/g, (_, part: string) =>
    encodeURIComponent(kind === 'path' && part === name ? value : '1'),
  );
  const url = new URL(path, system.outputs.apiUrl);
  const changes = adminRoutes.some((row) => row.changes && call === `${row.method} ${row.path}`);
  if (changes && name !== 'dryRun') url.searchParams.set('dryRun', 'true');
  if (kind === 'query') url.searchParams.append(name, value);
  if (kind === 'parameter name') url.searchParams.append(value, '1');
  const { token, adminToken } = system.outputs;
  const answer = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${pattern.startsWith('/admin/') ? adminToken : token}`,
      'content-type': 'application/json',
      ...(kind === 'header' && { [name]: value }),
    },
    body:
      method === 'POST' ? JSON.stringify({ ...bodyOf(call), ...(kind === 'body' && { [name]: value }) }) : undefined,
  });
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
}

/** What a body needs at least, so that the member beside it is looked at. */
const bodyOf = (call: string) =>
  /\/(replays|aggregations)$/.test(call)
    ? { from: '2026-11-01', to: '2026-11-02' }
    : call.endsWith('/replay') && { status: 'open' };

const listed = (detail: string, pattern: RegExp) => pattern.exec(detail)?.[1]?.split(/, | or /) ?? [];
const detailOf = ({ text }: Answer): string => {
  try {
    return JSON.parse(text).detail ?? '';
  } catch {
    return '';
  }
};

/** All of a call's places, as the API itself names them when it is asked for one that it has not. */
async function placesOf(call: string): Promise<Place[]> {
  const unknown = detailOf(await ask({ call, kind: 'query', name: 'zzz' }, '1'));
  const inQuery = listed(unknown, /this route has (.+)$/).filter((name) => name !== 'none');
  const inBody = call.startsWith('POST')
    ? listed(detailOf(await ask({ call, kind: 'body', name: 'zzz' }, '1')), /this body has (.+)$/)
    : [];
  const inPath = [...call.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const changes = adminRoutes.some((row) => row.changes && call === `${row.method} ${row.path}`);
  const named = [
    ...inQuery.map((name) => ({ kind: 'query', name }) as const),
    ...inBody.map((name) => ({ kind: 'body', name }) as const),
    ...inPath.map((name) => ({ kind: 'path', name }) as const),
    { kind: 'parameter name', name: '' } as const,
    ...(changes
      ? ([
          { kind: 'header', name: 'idempotency-key' },
          { kind: 'query', name: 'dryRun' },
        ] as const)
      : []),
  ];
  return Promise.all(
    named.map(async ({ kind, name }) => {
      const refused = detailOf(await ask({ call, kind, name }, 'zzz'));
      return { call, kind, name, choices: listed(refused, /expected (.+)$/).filter((each) => /^[\w-]+$/.test(each)) };
    }),
  );
}

const isHeaderValue = (text: string) => /^[\x20-\x7e]*$/.test(text);
const harmless = ['abc', 'abc,def', '1', '50', '2026-11-20', '2026-11-20T00:00:00Z', 'true', 'Europe/Berlin', 'EUR'];

const shapesBesides = (
  taken: ReadonlyMap<string, ReadonlySet<string>>,
  known: ReadonlyMap<string, ReadonlySet<string>>,
) =>
  [...taken]
    .filter(([application]) => application.startsWith('analytics-') && !application.startsWith('analytics-job-'))
    .flatMap(([application, texts]) =>
      [...texts].filter((text) => !known.get(application)?.has(text)).map((text) => `${application}: ${text}`),
    );

/** Digest of each table's rows that nothing but an event or a call changes, and of what the database is made of. */
async function contents(): Promise<Record<string, string>> {
  const tables = ['analytics_events', 'processed_events', 'orders', 'order_lines', 'payments', 'shipments', 'returns'];
  const more = ['sessions', 'customers', 'stock', 'spend', 'dead_letter_queue', 'fx_rates', 'schema_migrations'];
  const digests = await Promise.all(
    [...tables, ...more].map(async (table) => {
      const [row] = await system.sql`
        select coalesce(md5(string_agg(t::text, '|' order by t::text)), 'empty') as digest from ${system.sql(table)} t`;
      return [table, row!.digest as string] as const;
    }),
  );
  const [catalog] = await system.sql`
    select md5(string_agg(line, '|' order by line)) as digest from (
      select format('%s %s %s', relname, relkind, relacl) from pg_class where relnamespace = 'public'::regnamespace and not relispartition
      union all select format('%s %s %s %s', rolname, rolsuper, rolcanlogin, rolconfig) from pg_roles
      union all select format('%s %s', oid::regprocedure, proacl) from pg_proc where pronamespace = 'public'::regnamespace
    ) as object (line)`;
  return { ...Object.fromEntries(digests), catalog: catalog!.digest };
}

type Schema = { readonly properties?: Readonly<Record<string, Schema>>; readonly items?: Schema };

/** Events of the type, each with a text in one field of its schema. */
function eventsWith(type: EventType, textOf: (index: number) => string) {
  const file = new URL(`../../schemas/${type}.v1.json`, import.meta.url);
  const { properties = {} } = JSON.parse(readFileSync(file, 'utf8')) as Schema;
  const line = { product_id: 'p1', quantity: 1, unit_price: '1' };
  return Object.entries(properties).map(([name, { properties: nested, items }], index) => {
    const text = textOf(index);
    const value = items ? [{ ...line, ...fill(items.properties ?? {}, text) }] : nested ? fill(nested, text) : text;
    return makeEvent(type, { ...leastData[type], [name]: value });
  });
}
const fill = (properties: object, text: string) =>
  Object.fromEntries(
    Object.keys(properties)
      .filter((name) => !/quantity|price|amount/.test(name))
      .map((name) => [name, text]),
  );

/** JSON with all but ASCII escaped: a queue takes no control characters, and the local one no astral ones. */
const asAscii = (event: object) =>
  JSON.stringify(event).replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

async function sendAll(events: readonly { readonly type: string }[]): Promise<void> {
  for (const [type, ofType] of Map.groupBy(events, (event) => event.type)) {
    for (let index = 0; index < ofType.length; index += 10)
      await system.send(type, ofType.slice(index, index + 10).map(asAscii));
  }
  await system.drain();
}

/** Of the texts, every so many are tried at one place: half of them at each took 20 s of two cores. */
const PARTS = 16;

async function expectHarmless(place: Place, payload: string): Promise<void> {
  const where = `${place.call} ${place.kind} ${place.name}: ${JSON.stringify(payload)}`;
  const { status, type, text } = await ask(place, payload);
  expect([200, 400, 404, 409], `${where} ${text}`).toContain(status);
  if (status === 200) return;
  expect(type, where).toMatch(/json/);
  // What is refused is not repeated, but for the name of a parameter that there is not
  if (place.kind !== 'parameter name' && payload.length > 6) expect(text, where).not.toContain(payload);
}

it('a statement with a text of the caller in it would be seen', async () => {
  const url = new URL(system.outputs.databaseUrl);
  url.username = 'analytics_query';
  const sql = postgres(url.href, { max: 1, connection: { application_name: 'analytics-query' } });
  const askFor = (channel: string) => sql.unsafe(`select from orders where channel = '${channel}'`);
  await askFor('web');
  const known = await statements.take();
  await askFor("' or ''='");
  await sql.end();
  expect(shapesBesides(await statements.take(), known)).toEqual([
    "analytics-query: select from orders where channel = '' or ''=''",
  ]);
});

it('no text in any place of any call changes a statement, a row or more than the answer', {
  timeout: 60_000,
}, async () => {
  await sendAll(eventTypes.map(({ type }) => makeEvent(type, leastData[type])));
  const places = (await Promise.all(calls.map(placesOf))).flat();
  for (const call of calls) expect(places.filter((place) => place.call === call).length, call).toBeGreaterThan(0);
  for (const place of places) {
    const answers = await Promise.all([...harmless, ...place.choices].map((value) => ask(place, value)));
    for (const { status, text } of answers) expect(status, `${place.call} ${place.name}: ${text}`).toBeLessThan(500);
  }
  const known = await statements.take();
  expect([...known.keys()]).toEqual(expect.arrayContaining(['analytics-query', 'analytics-admin']));
  const before = await contents();

  let asked = 0;
  const isSent = ({ kind }: Place, text: string) => kind !== 'header' || isHeaderValue(text);
  for (const [index, place] of places.entries()) {
    // A part of them for each place, the next part for the next: each text comes to many places.
    const texts = payloads.filter((text, number) => number % PARTS === index % PARTS && isSent(place, text));
    asked += texts.length;
    await Promise.all(texts.map((text) => expectHarmless(place, text)));
  }
  expect(asked).toBeGreaterThan(500);
  console.log(`${asked} calls with hostile texts at ${places.length} places of ${calls.length} routes`);
  expect(shapesBesides(await statements.take(), known)).toEqual([]);
  expect(await contents()).toEqual(before);
});

it('every answer of a function says who may store it, what it is and in no frame; and no other origin is let in', async () => {
  const { apiUrl, token, adminToken } = system.outputs;
  for (const call of calls.filter((each) => each.startsWith('GET'))) {
    const path = call.split(' ')[1]!.replaceAll(/\{\w+\}/g, '1');
    for (const query of ['', '?zzz=1']) {
      const bearer = path.startsWith('/admin/') ? adminToken : token;
      const headers = { authorization: `Bearer ${bearer}`, origin: 'https://elsewhere.example' };
      const answer = await fetch(new URL(`${path}${query}`, apiUrl), { headers });
      // what is the same for everyone, and holds no figure, may be kept
      const isDocument = answer.status === 200 && /^\/(openapi\.json|docs)/.test(path);
      expect(answer.headers.get('cache-control'), call).toMatch(isDocument ? /^public/ : /no-store|private/);
      expect(answer.headers.get('x-content-type-options'), call).toBe('nosniff');
      expect(answer.headers.get('content-security-policy'), call).toMatch(/frame-ancestors 'none'/);
      expect(answer.headers.get('strict-transport-security'), call).toBeTruthy();
      for (const [name] of answer.headers) expect(name).not.toMatch(/^access-control-|^server$|^x-powered-by$/);
    }
  }
});

it('an erasure of whoever is named like a statement changes nothing else', async () => {
  const erase = (id: string) =>
    fetch(new URL(`/admin/v1/customers/${encodeURIComponent(id)}`, system.outputs.apiUrl), {
      method: 'DELETE',
      headers: { authorization: `Bearer ${system.outputs.adminToken}` },
    });
  expect((await erase('nobody')).status).toBe(200);
  const known = await statements.take();
  const before = await contents();
  for (const payload of payloads.filter((text) => /'; (drop|select|set|update)/.test(text)))
    expect([200, 404], payload).toContain((await erase(payload)).status);
  expect(shapesBesides(await statements.take(), known)).toEqual([]);
  expect(await contents()).toEqual(before);
}, 60_000);

it('no text in any field of any event changes a statement', { timeout: 180_000 }, async () => {
  const ofAllTypes = (textOf: (index: number) => string) => eventTypes.flatMap(({ type }) => eventsWith(type, textOf));
  await sendAll(['abc', '5', 'EUR', '2026-11-20T10:00:00Z'].flatMap((text) => ofAllTypes(() => text)));
  await sendAll(eventTypes.map(({ type }) => ({ ...makeEvent(type, leastData[type]), id: 'twice' })));
  await sendAll(eventTypes.map(({ type }) => ({ ...makeEvent(type, leastData[type]), id: 'twice' })));
  const known = await statements.take();
  const catalog = (await contents()).catalog;

  const hostile = [0, 1].flatMap((round) =>
    ofAllTypes((index) => payloads[(index * 3 + round * 61) % payloads.length]!),
  );
  // And as what names an event: of each text one that is stored or refused, never half
  const named = payloads.map((text) =>
    makeEvent('analytics.page_view', leastData['analytics.page_view'], { id: text, source: `/${text}`, subject: text }),
  );
  await sendAll([...hostile, ...named]);
  expect(shapesBesides(await statements.take(), known)).toEqual([]);
  expect((await contents()).catalog).toBe(catalog);
  console.log(`${hostile.length + named.length} events with hostile texts`);
  const [row] = await system.sql`
    select (select count(*)::int from processed_events) as stored, (select count(*)::int from dead_letter_queue) as refused`;
  expect(row!.stored).toBeGreaterThan(200);
  expect(row!.refused).toBeGreaterThan(200);
});
