import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

/** From now on a synthesis of the app fails on a finding of cdk-nag's AwsSolutions pack that nobody has acknowledged. */
export function auditStacks(app: App): App {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
