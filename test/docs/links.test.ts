import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const list = (...options: string[]) => execFileSync('git', ['ls-files', ...options, '*.md'], { encoding: 'utf8' });
/** Also those that are written and not added yet. */
const documents = [...new Set(`${list()}${list('--others', '--exclude-standard')}`.split('\n').filter(existsSync))];

/** Code is no prose: what looks like a link in it is none. */
const withoutCode = (markdown: string) => markdown.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');

function linksOf(markdown: string): string[] {
  const inline = withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g);
  return [...inline].map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));
}

/** As GitHub makes them: lower case, hyphens for spaces, no punctuation. */
function anchorsOf(file: string): Set<string> {
  const headings = readFileSync(file, 'utf8')
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .matchAll(/^#{1,6} (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** What the link should lead to and does not; empty where it does. */
function missing(document: string, link: string): string {
  const [path = '', anchor] = decodeURIComponent(link).split('#');
  const file = path === '' ? document : join(dirname(document), path);
  if (!existsSync(file)) return `${link}: no ${file}`;
  return anchor === undefined || anchorsOf(file).has(anchor) ? '' : `${link}: no such heading in ${file}`;
}

it('finds the documents', () => {
  expect(documents).toContain('README.md');
});

describe.each(documents)('%s', (document) => {
  const markdown = readFileSync(document, 'utf8');

  it('has only relative links that lead somewhere', () => {
    expect(
      linksOf(markdown)
        .map((link) => missing(document, link))
        .filter(Boolean),
    ).toEqual([]);
  });

  it('names only npm scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const named = [...markdown.matchAll(/\bnpm run (?:--silent )?([a-z][a-z:-]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
