import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { eventTypes } from '#contract/event-types.ts';
import { countResources, type Template } from '../../scripts/costs/count-resources.ts';
import { estimate } from '../../scripts/costs/estimate.ts';
import { measured } from '../../scripts/costs/measured.ts';
import { type Price, prices } from '../../scripts/costs/prices.ts';
import { tippingPoints } from '../../scripts/costs/tipping-points.ts';
import { synthesizeForTest } from '../stacks/synthesize-for-test.ts';

const app = synthesizeForTest('production');
const templates: Template[] = Object.values(app.templates);
const counted = countResources(templates);
const total = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0);
const lineOf = (events: number, service: string, what: string, of = counted) =>
  estimate(of, events).lines.find((each) => each.service === service && each.what === what)!.usd;

describe('what is counted', () => {
  it('is what the templates hold', () => {
    expect(counted).toMatchObject({
      ...{ minCapacity: 1, maxCapacity: 16, instances: 2, backupDays: 14, archiveDays: 90, zones: 2 },
      alarms: app.resources('AWS::CloudWatch::Alarm').length,
      keys: app.resources('AWS::KMS::Key').length,
      consumedQueues: 2 * (eventTypes.length + 1),
      ...{ ingestMemoryMb: 1_024, batchWindowSeconds: 1 },
    });
    expect(counted.endpointZones).toBeLessThanOrEqual(counted.endpoints * counted.zones);
    expect(counted.endpointZones).toBeGreaterThanOrEqual(counted.endpoints);
  });

  it('follows a change of them', () => {
    const [data, ...others] = templates;
    const alarm = { Type: 'AWS::CloudWatch::Alarm', Properties: {} };
    const more = { Resources: { ...data!.Resources, One: alarm, Another: alarm } };
    expect(countResources([more, ...others]).alarms).toBe(counted.alarms + 2);
    expect(lineOf(1, 'CloudWatch', 'alarms', countResources([more, ...others]))).toBeCloseTo(
      lineOf(1, 'CloudWatch', 'alarms') + 2 * prices.alarms.usd,
    );
  });

  it('takes the runs of each schedule from its expression', () => {
    const schedule = (ScheduleExpression: string) => ({
      Type: 'AWS::Scheduler::Schedule',
      Properties: { ScheduleExpression },
    });
    const runs = (expression: string) =>
      countResources([...templates, { Resources: { Another: schedule(expression) } }]).scheduledRuns -
      counted.scheduledRuns;
    expect(runs('cron(* * * * ? *)')).toBeCloseTo(730 * 60);
    expect(runs('cron(*/5 * * * ? *)')).toBeCloseTo(730 * 12);
    expect(runs('cron(0 4-23 * * ? *)')).toBeCloseTo((730 / 24) * 20);
    expect(runs('cron(0 1 * * ? *)')).toBeCloseTo(730 / 24);
  });

  it('names what the templates lack', () => {
    expect(() => countResources([])).toThrow('The templates do not say minCapacity.');
  });
});

describe('an estimate', () => {
  const volumes = [1e6, 30e6, 500e6].map((events) => estimate(counted, events));

  it('is the sum of its lines', () => {
    for (const each of volumes) {
      expect(each.total).toBe(total(each.lines.map(({ usd }) => usd)));
      expect(each.perMillion).toBeCloseTo(each.total / (each.eventsPerMonth / 1e6));
      for (const { usd } of each.lines) expect(usd).toBeGreaterThanOrEqual(0);
    }
  });

  it('falls in no line as events grow, and falls per event', () => {
    for (const [index, after] of volumes.slice(1).entries()) {
      const before = volumes[index]!;
      for (const [at, { service, what, usd }] of after.lines.entries())
        expect(usd, `${service}: ${what}`).toBeGreaterThanOrEqual(before.lines[at]!.usd);
      expect(after.total).toBeGreaterThan(before.total);
      expect(after.perMillion).toBeLessThan(before.perMillion);
    }
  });

  it('is by hand what it is by the script', () => {
    expect(lineOf(30e6, 'EventBridge', 'bus')).toBeCloseTo(30);
    expect(lineOf(30e6, 'DynamoDB', 'writes')).toBeCloseTo(30 * 0.625);
    expect(lineOf(1, 'Aurora', 'capacity')).toBeCloseTo(2 * 1 * 730 * 0.12, 2);
    expect(lineOf(1, 'VPC', 'endpoints')).toBeCloseTo(counted.endpointZones * 7.3);
    // 24 mappings and more, each with 5 pollers that ask every 20 s
    expect(lineOf(1e-9, 'SQS', 'requests, empty ones too')).toBeCloseTo(
      counted.consumedQueues * 5 * 131_400 * (0.4 / 1e6),
    );
  });

  it('stands on the sample: its shares make one whole, of types that there are', () => {
    expect(total(Object.values(measured.shares))).toBeCloseTo(1, 3);
    const types: readonly string[] = eventTypes.map(({ type }) => type);
    expect(Object.keys(measured.shares).filter((type) => !types.includes(type))).toEqual([]);
  });

  it('costs a small shop on staging less than 200 USD', () => {
    const small = countResources(Object.values(synthesizeForTest('staging').templates));
    expect(estimate(small, 1e6).total).toBeLessThan(200);
  });
});

it.each(Object.entries<Price>(prices))('%s has a price, a unit and a page that it was read on', (_name, price) => {
  expect(price.usd).toBeGreaterThan(0);
  expect(price.per).not.toBe('');
  expect(price.source).toMatch(/^https:\/\//);
});

it('says where it tips, in figures', () => {
  const points = tippingPoints(counted);
  expect(points).toHaveLength(5);
  expect(points.join('\n')).not.toMatch(/NaN|undefined|Infinity/);
  expect(points[0]).toMatch(/from [\d,]+ million events a month on/);
});

it.each([
  [['--stage', 'prod'], '--stage must be one of those in lib/settings.ts.'],
  [['--events-per-month', '1e6'], '--events-per-month must be a whole number above 0.'],
])('refuses %j before it builds anything', (args, message) => {
  const ran = spawnSync(process.execPath, ['scripts/costs.ts', ...args], { encoding: 'utf8' });
  expect(ran).toMatchObject({ status: 1, stdout: '', stderr: `${message}\n` });
});
