import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { diffStacks, type Loss } from './diff-stacks.ts';
import { type Properties, synthesizeForTest } from './synthesize-for-test.ts';

/** What holds data, or an address or name that others know: losing one to an update is an outage or worse. */
const stateful = [
  /^AWS::RDS::DB(Cluster|Instance|SubnetGroup)$/,
  /^AWS::DynamoDB::/,
  /^AWS::S3::Bucket$/,
  /^AWS::KMS::Key$/,
  /^AWS::SecretsManager::Secret$/,
  /^AWS::SQS::Queue$/,
  /^AWS::Events::(Archive|EventBus)$/,
  /^AWS::Logs::LogGroup$/,
  /^AWS::ApiGatewayV2::Api$/,
  /^AWS::EC2::(VPC|Subnet|SecurityGroup)$/,
];
const ofStateful = (losses: readonly Loss[]) => losses.filter(({ type }) => stateful.some((each) => each.test(type)));

/** Production at commit afdf12e, the first release (docs/decisions/0028-deployment.md says how they were written). */
const directory = new URL('first-release/', import.meta.url);
const readRelease = (): Record<string, Properties> =>
  Object.fromEntries(
    readdirSync(directory).map((file) => [
      file.split('.')[0]!,
      JSON.parse(gunzipSync(readFileSync(new URL(file, directory))).toString()),
    ]),
  );

const cdkOut = mkdtempSync(join(tmpdir(), 'analytics-diff-'));
afterAll(() => rmSync(cdkOut, { recursive: true, force: true }));
synthesizeForTest('production', {}, cdkOut);

it('knows every stack of the first release, and finds in it what must not be lost', () => {
  const release = readRelease();
  expect(Object.keys(release).sort()).toEqual(
    ['Admin', 'Data', 'Ingest', 'Jobs', 'Query'].map((name) => `Analytics${name}`),
  );
  const types = Object.values(release).flatMap(({ Resources }) =>
    Object.values<Properties>(Resources).map(({ Type }) => Type as string),
  );
  // S3: the first release had no bucket.
  for (const pattern of stateful.filter((each) => !each.test('AWS::S3::Bucket')))
    expect(
      types.some((type) => pattern.test(type)),
      String(pattern),
    ).toBe(true);
});

/** The master's password alone, which nobody keeps: RDS makes one of its own in its place (decision 0027). */
const superseded = { type: 'AWS::SecretsManager::Secret', impact: 'destroy', stack: 'AnalyticsData' };

it('updates from the first release without replacing or removing anything that holds data', async () => {
  const id = expect.stringMatching(/^AnalyticsDataDatabaseClusterSecret/);
  expect(ofStateful(await diffStacks(cdkOut, readRelease()))).toEqual([{ ...superseded, id }]);
});

it('would see a table under another key, a renamed queue and a cluster that moved', async () => {
  const { AnalyticsData, AnalyticsIngest } = readRelease();
  const resources: Record<string, Properties> = AnalyticsData.Resources;
  const find = (from: Record<string, Properties>, type: string) =>
    Object.entries(from).find(([, { Type }]) => Type === type)!;
  const [tableId, table] = find(resources, 'AWS::DynamoDB::GlobalTable');
  table.Properties.KeySchema[0].AttributeName = 'other';
  const [keyId, key] = find(resources, 'AWS::KMS::Key');
  resources.Elsewhere = key;
  delete resources[keyId];
  const [queueId, queue] = find(AnalyticsIngest.Resources, 'AWS::SQS::Queue');
  queue.Properties.QueueName = 'another-name';

  const losses = ofStateful(await diffStacks(cdkOut, { AnalyticsData, AnalyticsIngest }));

  expect(losses).toContainEqual({
    ...{ stack: 'AnalyticsData', type: 'AWS::DynamoDB::GlobalTable' },
    ...{ id: tableId, impact: 'replace' },
  });
  expect(losses).toContainEqual(expect.objectContaining({ type: 'AWS::KMS::Key', id: 'Elsewhere' }));
  expect(losses).toContainEqual(expect.objectContaining({ type: 'AWS::SQS::Queue', id: queueId, impact: 'replace' }));
});
