import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document } from '../setup/documented-answers.ts';
import { startTestSystem, type TestSystem } from '../setup/system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem();
});
afterAll(() => system?.stop());

const get = (path: string) => system.get(path, null);
const fileOf = (name: string) => get(`/docs/${name}`).then((answer) => answer.text());

it('/openapi.json is the document, to everyone', async () => {
  const answer = await get('/openapi.json');
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.headers.get('content-encoding')).toBeNull();
  expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(document)));
});

describe('/docs', () => {
  it('loads only what the same origin serves, and runs nothing that is written in it', async () => {
    const page = await (await get('/docs')).text();
    const named = [...page.matchAll(/\b(?:href|src)="([^"]*)"/g)].map(([, place = '']) => place);
    const files = named.filter((place) => place !== 'data:,');
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      expect(file).not.toMatch(/^(\w+:)?\/\//);
      const answer = await get(`/${file}`);
      expect(answer.status, file).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(/^(text\/(css|javascript); charset=utf-8|application\/json)$/);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect(page).not.toMatch(/<script[^>]*>[^<]|<style|\son\w+=|\sstyle=/);
  });

  it('has a policy that allows its own origin alone', async () => {
    const { headers } = await get('/docs');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    const directives = headers.get('content-security-policy')!.split('; ');
    expect(directives).toContain("default-src 'none'");
    const sources = directives.flatMap((directive) => {
      const [name, ...values] = directive.split(' ');
      return values.map((value) => `${name} ${value}`);
    });
    const allowed = /^[\w-]+ ('none'|'self')$|^img-src data:$/;
    expect(sources.filter((source) => !allowed.test(source))).toEqual([]);
  });

  it('has a style sheet without an address, and scripts that are told to ask nobody', async () => {
    const css = await fileOf('swagger-ui.css');
    expect([...css.matchAll(/url\((?!\s*["']?data:)[^)]{0,60}|@import[^;]{0,60}/g)].map(([use]) => use)).toEqual([]);
    const start = await fileOf('start.js');
    expect(start).toContain('validatorUrl: null');
    expect(start).toContain("url: 'openapi.json'");
    expect(start).not.toMatch(/https?:/);
    for (const text of [css, start, await fileOf('swagger-ui-bundle.js')])
      expect(text).not.toContain('sourceMappingURL=swagger');
  });

  it('sends the large files compressed, far below the 6 MB of an answer', async () => {
    const answer = await get('/docs/swagger-ui-bundle.js');
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    const { length } = await answer.text();
    expect(length).toBeGreaterThan(1_000_000);
  });

  it.each(['nothing.js', 'index.html', '..%2Findex.mjs', 'swagger-ui.css.gz'])('has no %s', async (name) => {
    const answer = await get(`/docs/${name}`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it.each(['/docs', '/docs/start.js', '/openapi.json'])('%s takes no parameters', async (path) => {
    expect((await get(`${path}?url=https://elsewhere.example/openapi.json`)).status).toBe(400);
  });
});
