import {
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { auditedLogGroups } from './grant-logs.ts';

/**
 * Isolated subnets only: no NAT and no internet gateway, so the functions reach the cluster and the services they use
 * through endpoints, and nothing else. S3 has no endpoint: no function uses it, and it would be a way out for data.
 */
export class Network extends Construct {
  readonly vpc: Vpc;
  /**
   * One group for all functions: Lambda shares network interfaces by subnet and group, so functions come up without
   * waiting for one each. What a function may do is its role's matter.
   */
  readonly functionGroup: SecurityGroup;

  constructor(scope: Construct, id: string, { settings }: { readonly settings: Settings }) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      // Two zones are what a stack without a pinned region can count on; Aurora keeps its storage in three anyway.
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 22 }],
    });
    this.vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB });
    this.vpc.addInterfaceEndpoint('Sqs', { service: InterfaceVpcEndpointAwsService.SQS });
    this.vpc.addInterfaceEndpoint('Kms', { service: InterfaceVpcEndpointAwsService.KMS });
    // Lambda's own API: the valve pauses and resumes event source mappings.
    this.vpc.addInterfaceEndpoint('Lambda', { service: InterfaceVpcEndpointAwsService.LAMBDA });
    this.vpc.addInterfaceEndpoint('SecretsManager', { service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER });
    // What functions log is carried by Lambda itself: only reading it back takes a way there, which costs by the hour.
    if (auditedLogGroups(settings).length > 0) {
      this.vpc.addInterfaceEndpoint('Logs', { service: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS });
    }
    this.functionGroup = new SecurityGroup(this, 'FunctionGroup', {
      vpc: this.vpc,
      description: 'The functions of the analytics service',
      // Safe here: the subnets have no route beyond the VPC and the DynamoDB endpoint.
      allowAllOutbound: true,
    });
  }
}
