import { expect, it } from 'vitest';
import { type Properties, type Resource, referredTo, synthesizeForTest } from './synthesize-for-test.ts';

const app = synthesizeForTest('production', { LIVE_VIEWERS: '25' });
const policies = app.resources('AWS::IAM::Policy');
const roles = app.resources('AWS::IAM::Role');

/** A resource of a statement as text: logical ids for what the templates hold, `…` for account, region and partition. */
function textOf(value: Properties): string {
  if (typeof value === 'string') return value.replace(/:ExportsOutput(FnGetAtt|Ref)/, ':');
  if (value['Fn::Join']) return value['Fn::Join'][1].map(textOf).join('').replaceAll(/(…:)+/g, '…:');
  if (value['Fn::Sub']) return value['Fn::Sub'].replaceAll(/\$\{AWS::\w+\}/g, '…');
  if (value['Fn::GetAtt']) return value['Fn::GetAtt'].join('.');
  if (value['Fn::ImportValue']) return textOf(value['Fn::ImportValue']);
  return String(value.Ref).startsWith('AWS::') ? '…' : value.Ref;
}

const flat = (value: Properties): Properties[] => [value ?? []].flat();

/** What a role allows, a line for each set of actions; digests that CDK puts behind logical ids are left out. */
function linesOf({ id, properties }: Resource): string[] {
  const attached = policies.filter((policy) => flat(policy.properties.Roles).some((role) => referredTo(role) === id));
  const inline = flat(properties.Policies).map(({ PolicyDocument }) => PolicyDocument);
  const statements = [...attached.map((policy) => policy.properties.PolicyDocument), ...inline].flatMap(
    ({ Statement }) => Statement,
  );
  const managed = flat(properties.ManagedPolicyArns).map((arn) => `  managed ${textOf(arn)}`);
  const allowed = statements.map(({ Effect, Action, Resource, Condition }) => {
    const what = `  ${Effect === 'Allow' ? '' : `${Effect} `}${flat(Action).sort().join(', ')}`;
    const where = flat(Resource).map(textOf).map(withoutDigest).sort();
    return [
      what,
      ...where.map((each) => `    ${each}`),
      ...(Condition ? [`    if ${conditionOf(Condition)}`] : []),
    ].join('\n');
  });
  return [...managed, ...allowed.sort()];
}
const withoutDigest = (text: string) => text.replaceAll(/(?<=\w)([0-9A-F]{8})+(?=\b|[A-Z])/g, '');
const conditionOf = (condition: Properties) =>
  Object.entries<Properties>(condition)
    .flatMap(([test, keys]) =>
      Object.entries<Properties>(keys).map(
        ([key, value]) => `${key} ${test} ${flat(value).map(textOf).map(withoutDigest).join(', ')}`,
      ),
    )
    .join('; ');

/** The function, or else the service, that takes the role on. */
function nameOf({ id, stack, properties }: Resource): string {
  const fn = app
    .resources('AWS::Lambda::Function')
    .find((each) => referredTo(each.properties.Role) === id && each.stack === stack);
  const service = textOf(properties.AssumeRolePolicyDocument.Statement[0].Principal.Service ?? '');
  return (
    fn?.properties.FunctionName ??
    `${stack} ${withoutDigest(id.replace(/[0-9a-f]{6}(?=[0-9A-F]{8}$)/, ''))} for ${service}`
  );
}

// Renewed deliberately, by `vitest run test/stacks/rights.test.ts -u`: each line of its difference is a right to answer for.
it('of every role are what rights.txt says', async () => {
  const sections = roles.map((role) => [nameOf(role), ...linesOf(role)].join('\n')).sort();
  await expect(`${sections.join('\n\n')}\n`).toMatchFileSnapshot('rights.txt');
});

it("no role may do everything, or a service's everything", () => {
  const statements = policies.flatMap(({ properties }) => properties.PolicyDocument.Statement);
  expect(statements.length).toBeGreaterThan(20);
  for (const { Effect, Action, NotAction, NotResource } of statements) {
    expect([NotAction, NotResource]).toEqual([undefined, undefined]);
    if (Effect === 'Allow') for (const action of flat(Action)) expect(action).not.toMatch(/\*/);
  }
});

it.each(['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy', 'AWS::S3::BucketPolicy'])(
  '%s refuses plain HTTP',
  (type) => {
    const refusing = app.resources(type);
    expect(refusing.length).toBeGreaterThan(0);
    const protectedOnes = refusing.filter(({ properties }) =>
      properties.PolicyDocument.Statement.some(
        ({ Effect, Condition, Principal }: Properties) =>
          Effect === 'Deny' &&
          (Principal === '*' || Principal.AWS === '*') &&
          Condition?.Bool?.['aws:SecureTransport'] === 'false',
      ),
    );
    expect(protectedOnes.map(({ id }) => id)).toEqual(refusing.map(({ id }) => id));
    const held = {
      'AWS::SQS::QueuePolicy': 'AWS::SQS::Queue',
      'AWS::SNS::TopicPolicy': 'AWS::SNS::Topic',
      'AWS::S3::BucketPolicy': 'AWS::S3::Bucket',
    };
    expect(refusing).toHaveLength(app.resources(held[type as keyof typeof held]).length);
  },
);
