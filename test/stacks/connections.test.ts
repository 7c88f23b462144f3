import { describe, expect, it } from 'vitest';
import { maxConnections } from '../../lib/max-connections.ts';
import { stageNames } from '../../lib/settings.ts';
import { type Properties, type Resource, referredTo, synthesizeForTest } from './synthesize-for-test.ts';

/** Without asking for more: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LAMBDA_QUOTA = 1_000;

type App = ReturnType<typeof synthesizeForTest>;
type Executions = Readonly<Record<'ingest' | 'capture' | 'query' | 'admin' | 'jobs', number>>;
/** As docs/deploy.md suggests to set LIVE_VIEWERS. */
const VIEWERS = 25;

/** What can run at once at most, were every answer and every job as slow as its timeout lets it be. */
function greatestConcurrency(app: App): Executions {
  const functions = app.resources('AWS::Lambda::Function').filter(({ properties }) => properties.FunctionName);
  const named = (name: string) => functions.find(({ properties }) => properties.FunctionName === `analytics-${name}`)!;
  const consumed = (name: string) =>
    sum(
      app
        .resources('AWS::Lambda::EventSourceMapping')
        .filter(({ properties }) => referredTo(properties.FunctionName) === named(name).id)
        .map(({ properties }) => properties.ScalingConfig.MaximumConcurrency),
    );
  const answered = (name: string, stack: string) => {
    const [stage] = app.resources('AWS::ApiGatewayV2::Stage').filter((each) => each.stack === stack);
    const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = stage!.properties.DefaultRouteSettings;
    return rate * named(name).properties.Timeout + burst;
  };
  return {
    ingest: consumed('ingest'),
    capture: consumed('dlq-capture'),
    query: answered('query', 'AnalyticsQuery'),
    admin: answered('admin', 'AnalyticsAdmin'),
    // No schedule is finer than a minute, so a run meets at most those of the minutes that it takes.
    jobs: sum(functions.filter(isJob).map(({ properties }) => Math.ceil(properties.Timeout / 60))),
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
const isJob = ({ properties }: Resource) => properties.FunctionName.startsWith('analytics-job-');

/** alarm-thresholds.test.ts compares the function with AWS's published numbers. */
function connectionsOf(cluster: Properties): number {
  const { MinCapacity: minCapacity, MaxCapacity: maxCapacity } = cluster.ServerlessV2ScalingConfiguration;
  return maxConnections({ minCapacity, maxCapacity });
}

const stages = stageNames.filter((name) => name !== 'local');
const apps = new Map<string, App>(stages.map((stage) => [stage, synthesizeForTest(stage)]));

describe.each(stages)('%s', (stage) => {
  const app = apps.get(stage)!;
  const executions = greatestConcurrency(app);
  const total = sum(Object.values(executions));

  it('never needs more than four fifths of the connections that its database takes', () => {
    const [cluster] = app.resources('AWS::RDS::DBCluster');
    const variables = app.resources('AWS::Lambda::Function').flatMap(({ properties }) => properties.Environment ?? []);
    const pools = variables.flatMap(({ Variables }) => Variables.DATABASE_POOL_SIZE ?? []).map(Number);
    expect(total * Math.max(...pools), JSON.stringify(executions)).toBeLessThanOrEqual(
      0.8 * connectionsOf(cluster!.properties),
    );
  });

  it('runs no more at once than docs/deploy.md asks the account for, also with a live stream', () => {
    const reserving = synthesizeForTest(stage, { LIVE_VIEWERS: String(VIEWERS) }).resources('AWS::Lambda::Function');
    const reserved = reserving.flatMap(({ properties }) => properties.ReservedConcurrentExecutions ?? []);
    expect(reserved).toEqual([VIEWERS]);
    // Above it Lambda throttles: a queue's messages are received and come back, which counts towards the dead letter.
    expect(total + VIEWERS, JSON.stringify(executions)).toBeLessThanOrEqual(
      stage === 'high-volume' ? 3_000 : LAMBDA_QUOTA,
    );
  });
});

it('takes in four times as much at once where volume is high, in larger batches', () => {
  const [normal, high] = [apps.get('production')!, apps.get('high-volume')!];
  const ofIngest = (app: App) => greatestConcurrency(app).ingest;
  const unmatched = 2; // what no subscription matches is not what there is much of
  expect(ofIngest(high) - unmatched).toBe(4 * (ofIngest(normal) - unmatched));
  const windows = (app: App) =>
    app.resources('AWS::Lambda::EventSourceMapping').map((each) => each.properties.MaximumBatchingWindowInSeconds);
  expect(new Set(windows(normal))).toEqual(new Set([1]));
  expect(new Set(windows(high))).toEqual(new Set([1, 5]));
});

it('lets a variable say otherwise than the stage', () => {
  const app = synthesizeForTest('high-volume', { INGEST_CONCURRENCY_FACTOR: '1' });
  expect(greatestConcurrency(app).ingest).toBe(greatestConcurrency(apps.get('production')!).ingest);
});
