import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  AuroraPostgresEngineVersion,
  CaCertificate,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  ParameterGroup,
} from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { databaseRoles } from '#contract/database-roles.ts';
import type { Settings } from '../settings.ts';
import { acknowledge } from './acknowledge.ts';
import { DatabaseAlarms } from './database-alarms.ts';
import type { Network } from './network.ts';

export const DATABASE_NAME = 'analytics';
const POSTGRES_PORT = 5432;

/** Aurora PostgreSQL Serverless v2: logins by IAM token over verified TLS, one database user per kind of function. */
export class Database extends Construct {
  readonly cluster: DatabaseCluster;

  constructor(scope: Construct, id: string, props: { readonly network: Network; readonly settings: Settings }) {
    super(scope, id);
    const { network, settings } = props;
    const engine = DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_17_9 });
    const instance = { caCertificate: CaCertificate.RDS_CA_RSA2048_G1, publiclyAccessible: false };
    this.cluster = new DatabaseCluster(this, 'Cluster', {
      engine,
      defaultDatabaseName: DATABASE_NAME,
      port: POSTGRES_PORT,
      vpc: network.vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      writer: ClusterInstance.serverlessV2('Writer', instance),
      // A standby scales with the writer, else it takes over too small for the load.
      readers: Array.from({ length: settings.readers }, (_, index) =>
        ClusterInstance.serverlessV2(`Reader${index + 1}`, { ...instance, scaleWithWriter: true }),
      ),
      serverlessV2MinCapacity: settings.minCapacity,
      serverlessV2MaxCapacity: settings.maxCapacity,
      // The master is the role that migrates: it owns the tables, and creates the other roles without passwords.
      credentials: Credentials.fromUsername(databaseRoles.migrate),
      // RDS keeps its password in a secret and changes it every 7 days: a rotation of ours would take a function more.
      manageMasterUserPassword: true,
      iamAuthentication: true,
      storageEncrypted: true,
      storageEncryptionKey: new Key(this, 'Key', {
        description: 'Storage of the analytics database',
        enableKeyRotation: true,
        removalPolicy: settings.removalPolicy,
      }),
      parameterGroup: new ParameterGroup(this, 'Parameters', {
        engine,
        description: 'Analytics database: TLS only, and date arithmetic in UTC',
        parameters: { 'rds.force_ssl': '1', timezone: 'UTC' },
      }),
      backup: { retention: Duration.days(settings.backupDays) },
      copyTagsToSnapshot: true,
      deletionProtection: settings.protect,
      removalPolicy: settings.protect ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY,
    });
    if (!settings.protect) acknowledge(this.cluster, 'RDS10', 'A stage that is not protected is made to be torn down.');
    new DatabaseAlarms(this, 'Alarms', { cluster: this.cluster, settings });
    this.cluster.connections.allowDefaultPortFrom(network.functionGroup, 'The functions');
  }
}
