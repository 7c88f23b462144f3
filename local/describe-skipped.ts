import { isMeasured } from './alarms/is-measured.ts';
import { readAlarms } from './alarms/read-alarms.ts';
import type { DeployedResource, Deployment } from './template/deploy-template.ts';

/** Types whose every resource runs here, or is part of one that does. */
const RUN: ReadonlySet<string> = new Set([
  'AWS::SQS::Queue',
  'AWS::S3::Bucket',
  'AWS::DynamoDB::Table',
  'AWS::DynamoDB::GlobalTable',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::SecretsManager::Secret',
  'AWS::SecretsManager::SecretTargetAttachment',
  'AWS::KMS::Key',
  'AWS::KMS::Alias',
  'AWS::Events::EventBus',
  'AWS::Events::Archive',
  'AWS::Lambda::Version',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Url',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Stage',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::Scheduler::Schedule',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SSM::Parameter',
  'AWS::CloudWatch::Alarm',
  'Custom::Trigger',
]);

const LINE_LENGTH = 100;

/** What the templates hold that does not run on this machine, by type and number, in lines of a terminal's width. */
export function describeSkipped(deployment: Deployment, functions: ReadonlySet<DeployedResource>): string {
  const counts = new Map<string, number>();
  for (const resource of deployment.resources) {
    const { type } = resource;
    const runs =
      RUN.has(type) ||
      functions.has(resource) ||
      (type === 'AWS::Events::Rule' && resource.properties().EventPattern !== undefined);
    if (!runs) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const parts = [...counts].sort().map(([type, count]) => (count === 1 ? type : `${type} ×${count}`));
  const skipped = wrap(`not run here: ${parts.join(', ') || 'nothing'}`.replaceAll('AWS::', ''));
  const unmeasured = readAlarms(deployment).filter(({ metrics }) => !metrics.every(isMeasured));
  if (unmeasured.length === 0) return skipped;
  const headings = [...new Set(unmeasured.map(({ heading }) => heading))];
  return `${skipped}\n${wrap(`alarms that only AWS has the metric of: ${headings.join(', ')}`)}`;
}

/** Breaks after commas; what follows a break is indented. */
function wrap(text: string): string {
  const lines = [''];
  for (const part of text.split(/(?<=,) /)) {
    const line = `${lines.at(-1)}${lines.at(-1) ? ' ' : ''}${part}`;
    if (line.length <= LINE_LENGTH) lines[lines.length - 1] = line;
    else lines.push(`  ${part}`);
  }
  return lines.join('\n');
}
