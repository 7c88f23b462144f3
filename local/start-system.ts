import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { measureFunction } from './alarms/measure-function.ts';
import { MINUTE } from './alarms/metric-store.ts';
import type { AlarmStatus } from './alarms/watch-alarms.ts';
import { watchSystem } from './alarms/watch-system.ts';
import { answerControl } from './answer-control.ts';
import { startIssuer, type TokenIssuer } from './api/issue-tokens.ts';
import { readApis } from './api/read-api.ts';
import { readFunctionUrl } from './api/read-function-url.ts';
import { serveApi } from './api/serve-api.ts';
import { serveFunctionUrl } from './api/serve-function-url.ts';
import { startBus } from './bus/start-bus.ts';
import { describeOutputs, type Outputs } from './describe-outputs.ts';
import { describeSkipped } from './describe-skipped.ts';
import { answerInvocations } from './lambda/answer-invocations.ts';
import { findFunction } from './lambda/find-function.ts';
import { invokeAsynchronously } from './lambda/invoke-asynchronously.ts';
import { readEmf } from './lambda/read-emf.ts';
import { readFunctions } from './lambda/read-functions.ts';
import { type InvocationResult, type LambdaFunction, runFunction } from './lambda/run-function.ts';
import { sumMetrics } from './lambda/sum-metrics.ts';
import { listen } from './listen.ts';
import { ensureDatabase, type PostgresCluster, startPostgres } from './postgres.ts';
import { answerMappingCalls } from './queues/answer-mapping-calls.ts';
import { readMappings } from './queues/read-mappings.ts';
import { type Mapping, runMapping } from './queues/run-mapping.ts';
import { type QueueDepth, startQueues } from './queues/start-queues.ts';
import { untilEmpty } from './queues/until-empty.ts';
import { runSchedules } from './run-schedules.ts';
import { runTriggers } from './run-triggers.ts';
import { keepMaterial } from './services/keep-material.ts';
import { kmsOperations } from './services/kms-operations.ts';
import { listSecrets, secretReader, secretsOperations } from './services/secrets-operations.ts';
import { type AwsOperation, type ControlRequest, serveAwsCalls } from './services/serve-aws-calls.ts';
import { startTables } from './start-tables.ts';
import { type Deployment, deployTemplate } from './template/deploy-template.ts';
import { type Assembly, readAssembly } from './template/read-assembly.ts';

export interface LocalSystem {
  /** What `outputs.json` says. */
  readonly outputs: Outputs;
  /** What every queue holds now. */
  queues(): readonly QueueDepth[];
  /** Resolves when no queue with a consumer holds a message, visible or not. */
  drain(): Promise<void>;
  /** Invokes a function by physical name, logical id, or the end of its name (`aggregate`); `payload` is any JSON value. */
  invoke(name: string, payload: unknown): Promise<InvocationResult>;
  /** As `invoke` for a caller who does not wait: with retries, and the queue of failed runs. Resolves when all that is over. */
  invokeAsynchronously(name: string, payload: unknown): Promise<void>;
  /** Reads this moment's metrics and evaluates the templates' alarms on them. */
  alarms(): Promise<readonly AlarmStatus[]>;
  /** Ends everything; with `drain`, after the queues are empty. Calling it again without `drain` cuts the wait short. */
  stop(options?: { readonly drain?: boolean }): Promise<void>;
}

export interface SystemOptions {
  /** What `cdk synth` wrote. */
  readonly cdkOut: string;
  /** The database, secrets and logs live here. */
  readonly dataDir: string;
  /** Of the HTTP API; 0: any free one. */
  readonly port: number;
  readonly log: (line: string) => void;
  /** Of the metrics and alarms. Default: this machine's. */
  readonly clock?: () => Date;
  /** Before a failed run of a job is tried again. Default: a minute, then two, as Lambda does. */
  readonly retryDelaysMs?: readonly number[];
  /** Of the tokens. Default: one of its own. */
  readonly issuer?: TokenIssuer;
}

const RETRY_DELAYS_MS = [60_000, 120_000];

/**
 * Runs what the synthesized templates hold on this machine, and prints what it does not run. Throws when the port is
 * taken, when a template asks for what cannot be run faithfully, or when a trigger (the migrations) fails.
 */
export async function startSystem(options: SystemOptions): Promise<LocalSystem> {
  const closers: (() => unknown)[] = [];
  try {
    return await start(options, closers);
  } catch (error) {
    for (const close of closers.reverse()) await close();
    throw error;
  }
}

async function start(options: SystemOptions, closers: (() => unknown)[]): Promise<LocalSystem> {
  const { cdkOut, dataDir, port, log, clock = () => new Date(), retryDelaysMs = RETRY_DELAYS_MS } = options;
  const assembly = readAssembly(cdkOut);
  const logDirectory = join(dataDir, 'logs');
  mkdirSync(logDirectory, { recursive: true });

  // Everything listens before anything is resolved: the templates' endpoints are these ports.
  let api: ReturnType<typeof readApis>;
  const { issuer = await startIssuer() } = options;
  const apiServer = serveApi(
    () => api,
    issuer.publicKey,
    (...answer) => watch.recordAnswer(...answer),
  );
  const apiUrl = await listen(apiServer, port);
  closers.push(() => close(apiServer));
  let functionUrl: ReturnType<typeof readFunctionUrl>;
  const liveUrl = holds(assembly, 'AWS::Lambda::Url')
    ? await listenFor(
        serveFunctionUrl(() => functionUrl),
        closers,
      )
    : null;
  const operations: Record<string, AwsOperation> = {};
  let control: ControlRequest = async () => undefined;
  const awsServer = serveAwsCalls(operations, (...call) => control(...call));
  const awsUrl = await listen(awsServer, 0);
  closers.push(() => close(awsServer));
  const queues = await startQueues(join(dataDir, 's3'), clock);
  closers.push(queues.stop);
  const tables = await startTables();
  closers.push(tables.stop);
  const cluster = holds(assembly, 'AWS::RDS::DBCluster')
    ? await startPostgres({ directory: join(dataDir, 'postgres'), log })
    : undefined;
  closers.push(() => cluster?.stop());

  const material = keepMaterial(join(dataDir, 'secrets.json'));
  const readSecret = secretReader(() => listSecrets(deployment), material);
  const places = { sqsUrl: queues.url, apiUrl, liveUrl: liveUrl ?? undefined, database: cluster };
  const deployment = deployTemplate(assembly, places, (id) => readSecret(id)?.text ?? '');

  const databaseUrl = cluster && (await createDatabase(cluster, deployment));
  queues.create(deployment.of('AWS::SQS::Queue'));
  queues.createBuckets(deployment.of('AWS::S3::Bucket'));
  await tables.create(deployment.of('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'));
  const watch = watchSystem({ deployment, queues, databaseUrl, clock });
  const bus = startBus(deployment, {
    ...{ queues, archiveDirectory: join(dataDir, 'archive'), log },
    onLost: (rule) => watch.recordLost(rule.bus, rule.arn.split('/').at(-1)!),
  });
  closers.push(bus.close);
  Object.assign(
    operations,
    secretsOperations(readSecret),
    kmsOperations((id) => findKey(deployment, id), material),
    bus.operations,
  );

  const variables = {
    AWS_ENDPOINT_URL: awsUrl,
    AWS_ENDPOINT_URL_SQS: queues.url,
    AWS_ENDPOINT_URL_S3: queues.url,
    AWS_ENDPOINT_URL_DYNAMODB: tables.url,
    ...(cluster && { DATABASE_CA_FILE: cluster.caFile }),
  };
  const metrics = sumMetrics();
  const functions = new Map<string, LambdaFunction>();
  const settings = readFunctions(deployment, assembly, { variables, logDirectory });
  for (const one of settings.values()) {
    const fn = runFunction(one, log, (line) => {
      for (const value of readEmf(line)) {
        metrics.add(value);
        watch.recordEmf(value);
      }
    });
    functions.set(one.arn, measureFunction(fn, watch.record, clock));
  }
  closers.push(() => Promise.all([...functions.values()].map((fn) => fn.stop())));
  const byArn = (arn: string) => functions.get(arn.split(':').slice(0, 7).join(':'));
  log(describeSkipped(deployment, new Set(settings.keys())));

  await runTriggers(deployment, byArn);
  api = readApis(deployment, byArn);
  functionUrl = readFunctionUrl(deployment, byArn);
  const mappings = readMappings(deployment, byArn, queues).map((one) => runMapping(queues, one));
  const ending = new AbortController();
  const invokeLater = invokeAsynchronously(deployment, { queues, retryDelaysMs, signal: ending.signal });
  const schedules = runSchedules(deployment, byArn, invokeLater);
  const sampling = setInterval(() => void watch.states(), MINUTE);

  const invoke = async (name: string, payload: unknown): Promise<InvocationResult> => {
    const fn = findFunction(deployment, functions, name);
    const errorMessage = `No single function is called ${name}`;
    return fn
      ? fn.invoke(JSON.stringify(payload))
      : { error: { errorType: 'ResourceNotFoundException', errorMessage } };
  };
  const drain = (of: (mapping: Mapping) => boolean, signal?: AbortSignal) => {
    const consumed = () => new Set(mappings.filter(of).map(({ queueName }) => queueName));
    return untilEmpty(() => queues.depths().filter(({ name }) => consumed().has(name)), signal);
  };
  const answerMappingCall = answerMappingCalls(() => mappings);
  const later = async (name: string, payload: string) => {
    const fn = findFunction(deployment, functions, name);
    if (fn) await invokeLater(fn, payload);
  };
  const answerInvocation = answerInvocations((name, payload) => void later(name, payload));
  const answerCommand = answerControl({
    invoke,
    queues: queues.depths,
    functions: () => [...functions.values()],
    metrics: metrics.sums,
    alarms: watch.states,
  });
  control = async (...call) =>
    answerMappingCall(...call) ?? answerInvocation(...call) ?? (await answerCommand(...call));

  const hurry = new AbortController();
  const hurried = new Promise((resolve) => hurry.signal.addEventListener('abort', resolve));
  let stopping: Promise<void> | undefined;
  const stopAll = async (drainFirst: boolean) => {
    clearInterval(sampling);
    schedules.stop();
    ending.abort();
    bus.stopTaking();
    // One that is paused never drains, and with the schedules nothing is left that would resume it.
    if (drainFirst) await drain((mapping) => mapping.settings().isEnabled, hurry.signal);
    const batches = Promise.all(mappings.map((mapping) => mapping.stop()));
    await Promise.race([batches, hurried]);
    for (const closer of closers.reverse()) await closer();
  };
  const endpoints = { sqs: queues.url, s3: queues.url, events: awsUrl, dynamodb: tables.url };
  return {
    outputs: await describeOutputs(deployment, issuer, {
      apiUrl,
      liveUrl,
      endpoints,
      databaseUrl: databaseUrl ?? '',
      controlUrl: awsUrl,
    }),
    queues: queues.depths,
    drain: () => drain(() => true),
    invoke,
    invokeAsynchronously: (name, payload) => later(name, JSON.stringify(payload)),
    alarms: watch.states,
    stop: ({ drain: drainFirst = false } = {}) => {
      if (stopping && !drainFirst) hurry.abort();
      stopping ??= stopAll(drainFirst);
      return stopping;
    },
  };
}

const holds = (assembly: Assembly, type: string) =>
  assembly.stacks.some(({ resources }) => Object.values(resources).some((resource) => resource.Type === type));

/** The database and master user of the template's cluster. Answers the database's URL for the superuser. */
async function createDatabase(cluster: PostgresCluster, deployment: Deployment): Promise<string> {
  const { DatabaseName, MasterUsername } = deployment.of('AWS::RDS::DBCluster')[0]!.properties();
  const name = String(DatabaseName ?? 'postgres');
  await ensureDatabase(cluster, name, String(MasterUsername));
  return cluster.url(name);
}

/** A key's id by its id, ARN or alias. */
function findKey(deployment: Deployment, id: string): string | undefined {
  const alias = deployment.of('AWS::KMS::Alias').find(({ name }) => name === id || id.endsWith(`:${name}`));
  const wanted = (alias ? String(alias.properties().TargetKeyId) : id).split('/').at(-1);
  return deployment.of('AWS::KMS::Key').find(({ name }) => name === wanted)?.name;
}

/** On a free port, until the system stops. Answers its URL, with a slash at its end. */
async function listenFor(server: Server, closers: (() => unknown)[]): Promise<string> {
  const url = await listen(server, 0);
  closers.push(() => close(server));
  return `${url}/`;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
