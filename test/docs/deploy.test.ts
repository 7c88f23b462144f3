import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settingDefaults } from '#contract/variables.ts';
import { alarmVariables, liveVariables, readSettings, stageNames, tokenVariables } from '../../lib/settings.ts';

const markdown = readFileSync('docs/deploy.md', 'utf8');

/** Rows of the table under this head, cells without their backticks. */
function tableUnder(head: string): string[][] {
  const [, rest] = markdown.split(`${head}\n`);
  if (rest === undefined) throw new Error(`docs/deploy.md: no table headed ${head}`);
  const lines = rest.split('\n').slice(1);
  return lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

describe('docs/deploy.md', () => {
  const variables = tableUnder('| name | default | meaning |');

  it('has every setting with its default, and no other', () => {
    const ofFunctions = Object.entries(settingDefaults).map(([name, value]) => [name, value || 'empty']);
    const listed = variables.map(([name, value]) => [name, value]);
    const ofDeployment = [
      ...Object.values(tokenVariables),
      ...Object.values(alarmVariables),
      ...Object.values(liveVariables),
    ] as string[];
    expect(listed.filter(([name]) => !ofDeployment.includes(name!))).toEqual(ofFunctions);
    expect(listed.map(([name]) => name).filter((name) => ofDeployment.includes(name!))).toEqual(ofDeployment);
  });

  it('says what each is for', () => {
    for (const [name, , meaning] of variables) expect(meaning, name).toMatch(/\w{3}/);
  });

  it('has the sizes of every stage that is deployed', () => {
    const environment = { OIDC_ISSUER: 'https://login.example.com/', OIDC_AUDIENCE: 'shop' };
    const stages = stageNames.filter((name) => name !== 'local');
    const rows = tableUnder(`| | ${stages.map((stage) => `\`${stage}\``).join(' | ')} |`);
    const columns = stages.map((stage) => {
      const settings = readSettings(stage, environment);
      return [
        `${settings.minCapacity}–${settings.maxCapacity}`,
        String(settings.readers),
        String(settings.backupDays),
        String(settings.logRetention),
        settings.protect ? 'yes' : 'no',
        `${settings.throttle.rateLimit}, ${settings.throttle.burstLimit}`,
        String(settings.liveViewers),
        String(settings.batchWindowSeconds),
        settings.functions.INGEST_CONCURRENCY_FACTOR,
      ];
    });
    expect(stages.map((_, index) => rows.map((row) => row[index + 1]))).toEqual(columns);
  });
});
