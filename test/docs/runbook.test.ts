import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { synthesizeForTest } from '../stacks/synthesize-for-test.ts';

const PARTS = ['Meaning', 'Checks', 'Repair'];
const FILE = 'docs/runbook.md';

interface Section {
  readonly heading: string;
  readonly text: string;
}

/** The parts of a Markdown text that stand under headings of one level, up to the next heading of that level or above. */
function sectionsOf(markdown: string, level: number): Section[] {
  const marks = '#'.repeat(level);
  return markdown
    .split(new RegExp(`^(?=#{1,${level}} )`, 'm'))
    .filter((part) => part.startsWith(`${marks} `))
    .map((part) => {
      const end = `${part}\n`.indexOf('\n');
      return { heading: part.slice(marks.length + 1, end).trim(), text: part.slice(end).trim() };
    });
}

const runbook = readFileSync(FILE, 'utf8');
const sections = new Map(sectionsOf(runbook, 2).map(({ heading, text }) => [heading, text]));
const alarms = synthesizeForTest('production').resources('AWS::CloudWatch::Alarm');
const headings = new Set(alarms.map(({ properties }) => String(properties.AlarmDescription).split('#')[1] ?? ''));

it('is where the descriptions of all alarms lead', () => {
  expect(alarms.length).toBeGreaterThan(0);
  for (const { properties } of alarms) expect(properties.AlarmDescription).toContain(`${FILE}#`);
});

describe.each([...headings])('%s', (heading) => {
  it('has its heading', () => {
    expect([...sections.keys()]).toContain(heading);
  });

  it('says what it means, what to check and how to repair it', () => {
    const parts = new Map(sectionsOf(sections.get(heading) ?? '', 3).map((part) => [part.heading, part.text]));
    expect([...parts.keys()]).toEqual(PARTS);
    for (const text of parts.values()) expect(text.length).toBeGreaterThan(40);
  });
});

it('describes no alarm that the stacks do not have', () => {
  const described = [...sections].filter(([, text]) =>
    sectionsOf(text, 3).some(({ heading }) => heading === 'Meaning'),
  );
  expect(described.map(([heading]) => heading).sort()).toEqual([...headings].sort());
});
