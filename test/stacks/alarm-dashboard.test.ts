import { expect, it } from 'vitest';
import { type Properties, synthesizeForTest } from './synthesize-for-test.ts';

const app = synthesizeForTest('production');
const [dashboard] = app.resources('AWS::CloudWatch::Dashboard');

/** A dashboard's body, whose references to account, region and partition stand as `<name>`. */
const body = JSON.parse(
  dashboard!.properties.DashboardBody['Fn::Join'][1]
    .map((part: Properties) => (typeof part === 'string' ? part : `<${part.Ref}>`))
    .join(''),
);
const widgets: Properties[] = body.widgets;

it('shows every alarm of the stacks once, under its severity', () => {
  const shown = widgets
    .filter(({ type }) => type === 'alarm')
    .flatMap(({ properties }) => properties.alarms.map((arn: string) => [properties.title, arn]));
  const alarms = app
    .resources('AWS::CloudWatch::Alarm')
    .map(({ properties }) => [
      ...[/^\w+/.exec(properties.AlarmDescription)![0]],
      `arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:${properties.AlarmName}`,
    ]);
  expect(shown.sort()).toEqual(alarms.sort());
});

it('graphs what the functions, queues and jobs of the stacks report', () => {
  const graphs = widgets.filter(({ type }) => type === 'metric');
  expect(graphs).toHaveLength(9);
  const named = new Set(graphs.flatMap(({ properties }) => properties.metrics.flat()));
  for (const { properties } of app.resources('AWS::Lambda::Function'))
    if (properties.FunctionName) expect(named).toContain(properties.FunctionName);
  for (const { properties } of graphs) expect(properties.metrics.length).toBeGreaterThan(0);
});

it('imports nothing of the stacks whose alarms it shows, so that each may drop one of its own', () => {
  expect(JSON.stringify(app.templates.AnalyticsObservability)).not.toContain('Fn::ImportValue');
});
