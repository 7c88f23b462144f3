import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { document } from '../setup/documented-answers.ts';

const api = readFileSync('docs/api.md', 'utf8');
const sectionOf = (path: string) => api.split(`\n## \`${path}\`\n`)[1]?.split('\n## ')[0];

/** Every name that a schema gives to a member, and every constant that it allows. */
function namesIn(part: unknown, names = new Set<string>()): Set<string> {
  if (typeof part !== 'object' || part === null) return names;
  const { properties = {}, enum: values = [] } = part as { properties?: object; enum?: readonly unknown[] };
  for (const name of [...Object.keys(properties), ...values]) names.add(String(name));
  for (const inner of Object.values(part)) namesIn(inner, names);
  return names;
}

/** Names in the first column of the table of `data`. */
function tabled(section: string): string[] {
  const rows = section.split('| in `data` | is |')[1]?.split('\n\n')[0]?.split('\n') ?? [];
  const columns = rows.map((row) => row.split('|')[1] ?? '');
  return columns.flatMap((column) => [...column.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
}

interface Answered {
  readonly responses: {
    readonly 200: { readonly content: { readonly 'application/json': { readonly schema: Data } } };
  };
}
interface Data {
  readonly properties: { readonly data: { readonly properties: object } };
}

const paths = Object.keys(document.paths).filter((path) => path.startsWith('/api/v1/'));

describe.each(paths)('docs/api.md of %s', (path) => {
  const operation = document.paths[path]!.get!;
  const { schema } = (operation as unknown as Answered).responses[200].content['application/json'];
  const section = sectionOf(path) ?? '';

  it('names every member of `data`', () => {
    const members = Object.keys(schema.properties.data.properties);
    expect(members.filter((name) => !new RegExp(`\\b${name}\\b`).test(section))).toEqual([]);
  });

  it('tables no field that the answer has not', () => {
    const known = namesIn(operation);
    expect(tabled(section)).not.toEqual([]);
    expect(tabled(section).filter((name) => !known.has(name))).toEqual([]);
  });
});
