import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Says of a finding of cdk-nag's AwsSolutions pack, on this construct and what is below it, that it is known and why it
 * stays. `finding` is exact, as `SQS3` or `IAM5[Resource::*]`: one that matches nothing fails test/stacks/audit.test.ts.
 */
export function acknowledge(construct: IConstruct, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${finding}`, reason });
}
