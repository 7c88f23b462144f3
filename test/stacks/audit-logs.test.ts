import { describe, expect, it } from 'vitest';
import { ownLogGroups } from '#contract/functions.ts';
import { type Properties, referredTo, synthesizeForTest } from './synthesize-for-test.ts';

type App = ReturnType<typeof synthesizeForTest>;

const ENDPOINT = /\.logs$/;
const hasEndpoint = (app: App) =>
  app.resources('AWS::EC2::VPCEndpoint').some(({ properties }) => ENDPOINT.test(textOf(properties.ServiceName)));
const textOf = (value: Properties): string => (typeof value === 'string' ? value : value['Fn::Join'][1].at(-1));

/** Names of the log groups that each function may read, by the function's name. */
function readableLogs(app: App): Record<string, string[]> {
  const policies = app.resources('AWS::IAM::Policy');
  const entries = app.resources('AWS::Lambda::Function').map(({ properties }) => {
    const statements = policies
      .filter((policy) => policy.properties.Roles.some(({ Ref }: Properties) => Ref === referredTo(properties.Role)))
      .flatMap((policy) => policy.properties.PolicyDocument.Statement)
      .filter(({ Action }) =>
        [Action].flat().some((action: string) => /^logs:(?!CreateLogStream|PutLogEvents)/.test(action)),
      );
    for (const { Action } of statements) expect(Action).toBe('logs:FilterLogEvents');
    const arns = statements.flatMap(({ Resource }) => [Resource].flat().map(textOf));
    return [
      properties.FunctionName as string,
      arns.map((arn) => /^:log-group:(.+):\*$/.exec(arn)?.[1] ?? arn),
    ] as const;
  });
  return Object.fromEntries(entries.filter(([, groups]) => groups.length > 0));
}

describe('without the setting', () => {
  const app = synthesizeForTest('production');

  it('nothing may read logs, and nothing leads to them', () => {
    expect(readableLogs(app)).toEqual({});
    expect(hasEndpoint(app)).toBe(false);
  });
});

describe('with the setting', () => {
  it('the audit may read exactly the groups it names, by an endpoint in the network', () => {
    const app = synthesizeForTest('production', { AUDIT_LOG_GROUPS: '/aws/lambda/analytics-ingest, shop/api' });
    expect(readableLogs(app)).toEqual({ 'analytics-job-audit-pii': ['/aws/lambda/analytics-ingest', 'shop/api'] });
    expect(hasEndpoint(app)).toBe(true);
  });

  it('`own` are the log groups of all functions of the service', () => {
    const app = synthesizeForTest('production', { AUDIT_LOG_GROUPS: 'own', LIVE_VIEWERS: '25' });
    const logs = app.resources('AWS::Lambda::Function').flatMap(({ properties }) => {
      const id = properties.LoggingConfig?.LogGroup.Ref;
      return app.resources('AWS::Logs::LogGroup').filter((group) => group.id === id && properties.FunctionName);
    });
    expect(logs.map(({ properties }) => properties.LogGroupName).sort()).toEqual([...ownLogGroups].sort());
    expect(readableLogs(app)['analytics-job-audit-pii']!.sort()).toEqual([...ownLogGroups].sort());
  });
});
