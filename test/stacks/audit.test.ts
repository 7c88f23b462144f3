import { App, Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { auditStacks } from '../../lib/audit-stacks.ts';
import { acknowledge } from '../../lib/constructs/acknowledge.ts';
import { stageNames } from '../../lib/settings.ts';
import { synthesizeForTest } from './synthesize-for-test.ts';

/** `<path>: <rule>` of every finding that is not acknowledged. */
function findingsIn(app: App): string[] {
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${constructPath}: ${ruleName}`),
  );
}

interface Acknowledgement {
  readonly at: string;
  readonly rule: string;
  readonly reason: string;
}

function acknowledgementsIn(app: App): Acknowledgement[] {
  const ofOne = ({ node }: IConstruct) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .filter(([id]) => !id.startsWith('CloudFormation-Validate::')) // CDK's own, of what its constructs make
      .map(([id, reason]) => ({ at: node.path, rule: id.replace(/^annotation::/i, ''), reason }));
  return app.node.findAll().flatMap(ofOne);
}

/** Those that acknowledge nothing: no finding of their rule is at or below them. */
function needlessIn(app: App): string[] {
  const pack = new AwsSolutionsChecks(app);
  // Its own look at acknowledgements is what hides the findings that they are held against here.
  Object.defineProperty(pack, 'isAcknowledged', { value: () => false });
  const { violations } = pack.validateScope(app);
  const isFound = ({ at, rule }: Acknowledgement) =>
    violations
      .filter(({ ruleName }) => ruleName === rule)
      .flatMap(({ violatingResources }) => violatingResources)
      .some(({ constructPath = '' }) => constructPath === at || constructPath.startsWith(`${at}/`));
  return acknowledgementsIn(app)
    .filter((each) => !isFound(each))
    .map(({ at, rule }) => `${at}: ${rule}`);
}

const withLogs: Record<string, string> = {
  AUDIT_LOG_GROUPS: 'own,/aws/apigateway/analytics',
  TIMESTREAM_TABLE: 'shop/measures',
};
const variants = stageNames.flatMap((stage) => [
  { stage, environment: { LIVE_VIEWERS: '5' } },
  { stage, environment: withLogs },
]);

describe.each(variants)('the stacks of $stage with $environment', ({ stage, environment }) => {
  const { app } = synthesizeForTest(stage, environment);

  it('have no finding of AwsSolutions that is not acknowledged', () => {
    expect(findingsIn(app)).toEqual([]);
  });

  it('acknowledge nothing that is not found, and each with its reason', () => {
    expect(needlessIn(app)).toEqual([]);
    const acknowledged = acknowledgementsIn(app);
    expect(acknowledged.length).toBeGreaterThan(10);
    for (const { reason } of acknowledged) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  });
});

it('acknowledge these rules and no others', () => {
  const rules = acknowledgementsIn(synthesizeForTest('production').app).map(({ rule }) => rule.replace(/\[.*/, ''));
  expect([...new Set(rules)].sort()).toEqual(
    ['APIG4', 'IAM5', 'S1', 'SMG4', 'SQS3'].map((rule) => `AwsSolutions-${rule}`),
  );
});

describe('a bucket without a log and without TLS', () => {
  const withBucket = (...acknowledged: string[]) => {
    const app = new App({ analyticsReporting: false });
    const bucket = new Bucket(new Stack(app, 'Stack'), 'Bucket');
    for (const finding of acknowledged) acknowledge(bucket, finding, 'Made for this test.');
    return app;
  };
  const finding = (rule: string) => `Stack/Bucket/Resource: AwsSolutions-${rule}`;

  it('is found', () => {
    expect(findingsIn(withBucket())).toEqual([finding('S1'), finding('S10')]);
  });

  it('is found no longer for what was acknowledged', () => {
    expect(findingsIn(withBucket('S1'))).toEqual([finding('S10')]);
    expect(findingsIn(withBucket('S1', 'S10'))).toEqual([]);
    expect(needlessIn(withBucket('S1', 'S10'))).toEqual([]);
  });

  it.each(['S', 'S11', 's1', 'S1[x]', 'SQS3'])(
    'is still found where %s is acknowledged, which matches nothing',
    (rule) => {
      expect(findingsIn(withBucket(rule))).toEqual([finding('S1'), finding('S10')]);
      expect(needlessIn(withBucket(rule))).toEqual([`Stack/Bucket: AwsSolutions-${rule}`]);
    },
  );

  it('ends the synthesis unless all is acknowledged', () => {
    expect(() => auditStacks(withBucket('S1')).synth()).toThrow(/AwsSolutions-S10/);
    expect(() => auditStacks(withBucket('S1', 'S10')).synth()).not.toThrow();
  });
});
