import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Settings } from '../settings.ts';

/** ARN of the file of exchange rates that the setting `FX_RATES_URL` names; undefined where it names none. */
export function ratesObjectArn({ functions: { FX_RATES_URL: url } }: Settings): string | undefined {
  return url === '' ? undefined : `arn:${Aws.PARTITION}:s3:::${url.slice('s3://'.length)}`;
}

/** The right to read that file, and no other. The bucket, which is somebody else's, may have to allow it as well. */
export function grantRates(handler: LambdaFunction, settings: Settings): void {
  const arn = ratesObjectArn(settings);
  if (arn) handler.addToRolePolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [arn] }));
}
