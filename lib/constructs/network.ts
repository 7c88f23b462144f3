import { RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  type GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { auditedLogGroups } from './grant-logs.ts';
import { ratesObjectArn } from './grant-rates.ts';

/**
 * Isolated subnets only: no NAT and no internet gateway, so the functions reach the cluster and the services they use
 * through endpoints, and nothing else. The one of S3 leads to the bucket of exports and
 * to the file of exchange rates alone: else it would be a way out for data.
 */
export class Network extends Construct {
  readonly vpc: Vpc;
  /**
   * One group for all functions: Lambda shares network interfaces by subnet and group, so functions come up without
   * waiting for one each. What a function may do is its role's matter.
   */
  readonly functionGroup: SecurityGroup;
  private readonly storage: GatewayVpcEndpoint;

  constructor(scope: Construct, id: string, { settings }: { readonly settings: Settings }) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      // Two zones are what a stack without a pinned region can count on; Aurora keeps its storage in three anyway.
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 22 }],
    });
    this.vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB });
    this.storage = this.vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    const rates = ratesObjectArn(settings);
    if (rates) this.allowOfStorage(['s3:GetObject'], [rates]);
    this.functionGroup = new SecurityGroup(this, 'FunctionGroup', {
      vpc: this.vpc,
      description: 'The functions of the analytics service',
      // Safe here: the subnets have no route beyond the VPC and the endpoints of DynamoDB and of one bucket.
      allowAllOutbound: true,
    });
    this.reach('Sqs', InterfaceVpcEndpointAwsService.SQS);
    this.reach('Kms', InterfaceVpcEndpointAwsService.KMS);
    // Lambda's own API: the valve pauses and resumes event source mappings.
    this.reach('Lambda', InterfaceVpcEndpointAwsService.LAMBDA);
    this.reach('SecretsManager', InterfaceVpcEndpointAwsService.SECRETS_MANAGER);
    // Replays from the bus archive, which an operator starts now and then: one zone will do, at half the price.
    this.reach('EventBridge', InterfaceVpcEndpointAwsService.EVENTBRIDGE, this.vpc.isolatedSubnets.slice(0, 1));
    // What functions log is carried by Lambda itself: only reading it back takes a way there, which costs by the hour.
    if (auditedLogGroups(settings).length > 0) {
      this.reach('Logs', InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS);
    }
    this.logRefused(settings);
  }

  /** The one bucket that can be written; by whom, the functions' roles say. */
  reachBucket(bucket: IBucket): void {
    this.allowOfStorage(
      ['s3:PutObject', 's3:GetObject', 's3:DeleteObject', 's3:ListBucket'],
      [bucket.bucketArn, bucket.arnForObjects('*')],
    );
  }

  private allowOfStorage(actions: string[], resources: string[]): void {
    this.storage.addToPolicy(new PolicyStatement({ principals: [new AnyPrincipal()], actions, resources }));
  }

  /** A way to a service for the functions alone: CDK's default opens it to whatever is in the network. */
  private reach(id: string, service: InterfaceVpcEndpointAwsService, subnets = this.vpc.isolatedSubnets): void {
    const endpoint = this.vpc.addInterfaceEndpoint(id, { service, open: false, subnets: { subnets } });
    endpoint.connections.allowDefaultPortFrom(this.functionGroup, 'The functions');
  }

  /** What was refused, and nothing else: in a network that leads nowhere there is none of it, so it costs next to nothing. */
  private logRefused(settings: Settings): void {
    const logGroup = new LogGroup(this, 'FlowLog', {
      retention: settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.vpc.addFlowLog('Refused', {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(logGroup),
    });
  }
}
