import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_STAGE, isStage } from '../lib/settings.ts';
import { synthesize } from '../lib/synthesize.ts';
import { build } from './build.ts';
import { countResources, type Template } from './costs/count-resources.ts';
import { type Estimate, estimate } from './costs/estimate.ts';
import { READ_ON, REGION, withoutPrice } from './costs/prices.ts';
import { tippingPoints } from './costs/tipping-points.ts';

const VOLUMES = [1e6, 30e6, 500e6];

/** `npm run costs -- [--stage NAME] [--events-per-month N]…`: what a month costs, from the templates of the stage. */
function readArguments() {
  const { values } = parseArgs({
    options: {
      stage: { type: 'string', default: DEFAULT_STAGE },
      'events-per-month': { type: 'string', multiple: true },
    },
  });
  if (!isStage(values.stage)) throw new Error('--stage must be one of those in lib/settings.ts.');
  const volumes = values['events-per-month']?.map((text) => {
    if (!/^[1-9]\d{0,12}$/.test(text)) throw new Error('--events-per-month must be a whole number above 0.');
    return Number(text);
  });
  return { stage: values.stage, volumes: volumes ?? VOLUMES };
}

async function readTemplates(stage: string): Promise<Template[]> {
  await build();
  const outdir = mkdtempSync(join(tmpdir(), 'analytics-costs-'));
  process.env.CDK_VALIDATION = 'false'; // 2 s, which `npm run synth` takes for it
  try {
    return synthesize({ stage, outdir }).stacks.map(({ template }) => template as Template);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function table(estimates: readonly Estimate[]): string {
  const cell = (usd: number) => usd.toFixed(2).padStart(12);
  const row = (name: string, of: (each: Estimate) => string) => `${name.padEnd(42)}${estimates.map(of).join('')}`;
  const [{ lines }] = estimates as [Estimate];
  return [
    row('events a month', ({ eventsPerMonth }) => eventsPerMonth.toLocaleString('en').padStart(12)),
    ...lines.map(({ service, what }, index) => row(`${service}: ${what}`, (each) => cell(each.lines[index]!.usd))),
    row('a month, USD', ({ total }) => cell(total)),
    row('of it before the first event', ({ fixed }) => cell(fixed)),
    row('per million events, USD', ({ perMillion }) => cell(perMillion)),
    row('capacity on average, ACU', ({ load }) => cell(load.acu)),
    row('stored after a year, GB', ({ load }) => cell(load.storedGb)),
  ].join('\n');
}

try {
  const { stage, volumes } = readArguments();
  const counted = countResources(await readTemplates(stage));
  console.log(
    `Stage ${stage} in ${REGION}, list prices as read on ${READ_ON} (scripts/costs/prices.ts): check them.\n`,
  );
  console.log(table(volumes.map((events) => estimate(counted, events))));
  console.log(
    `\nWhere it tips\n${tippingPoints(counted)
      .map((each) => `- ${each}`)
      .join('\n')}`,
  );
  console.log(`\nNot in these sums, for want of a price: ${withoutPrice.join('; ')}.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
