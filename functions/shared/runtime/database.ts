import { readFileSync } from 'node:fs';
import { createConnection, isIP, type Socket } from 'node:net';
import { getSecret } from '@aws-lambda-powertools/parameters/secrets';
import { Signer } from '@aws-sdk/rds-signer';
import postgres, { type Options, type PostgresType, type Sql } from 'postgres';
import { metrics as metricNames } from '#contract/metrics.ts';
import { resourceVariables } from '#contract/variables.ts';
import { ConfigurationError } from '#core/errors.ts';
import { readResource, readSettings } from './config.ts';
import { metrics } from './observability.ts';

let client: Sql | undefined;

/** The client of this environment, connected on first use as the function's own database user. */
export function database(): Sql {
  client ??= postgres(options());
  return client;
}

/** After a connection-class error the client may hang for good: the next `database()` makes another. */
export async function discardDatabase(): Promise<void> {
  const discarded = client;
  client = undefined;
  await discarded?.end({ timeout: 0 });
}

function options(): Options<Record<string, PostgresType>> {
  const settings = readSettings([
    'DATABASE_POOL_SIZE',
    'DATABASE_IDLE_TIMEOUT_SECONDS',
    'DATABASE_CONNECT_TIMEOUT_SECONDS',
  ]);
  const host = readResource('databaseHost');
  const port = Number(readResource('databasePort'));
  const username = readResource('databaseUser');
  return {
    host,
    port,
    database: readResource('databaseName'),
    username,
    password: process.env[MASTER_SECRET]
      ? masterPassword
      : () => new Signer({ hostname: host, port, username }).getAuthToken(),
    // 'require' would not verify the certificate; the name to verify is not known from a socket of our own
    ssl: {
      ca: readFileSync(readResource('databaseCaFile')),
      rejectUnauthorized: true,
      host,
      servername: isIP(host) ? undefined : host,
    } as object,
    max: settings.DATABASE_POOL_SIZE,
    idle_timeout: settings.DATABASE_IDLE_TIMEOUT_SECONDS,
    connect_timeout: settings.DATABASE_CONNECT_TIMEOUT_SECONDS,
    connection: { TimeZone: 'UTC', application_name: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'analytics' },
    onnotice: () => {}, // notices quote identifiers and values
    // The driver leaves Nagle's algorithm on, which stalls a write of several packets by 40 ms
    socket: () => measured(createConnection({ host, port, noDelay: true })),
  } as Options<Record<string, PostgresType>>;
}

/** With one connection a client, what waits for the database waits for this. The driver removes listeners, but only later. */
function measured(socket: Socket): Socket {
  const began = performance.now();
  const wasRefused = () => metrics.addMetric(metricNames.databaseConnectFailures, 'Count', 1);
  socket.once('close', wasRefused).once('connect', () => {
    socket.off('close', wasRefused);
    metrics.addMetric(metricNames.databaseConnectLatency, 'Milliseconds', performance.now() - began);
  });
  return socket;
}

/** Only the migrations have it: the master user cannot log in with a token before it was granted to. */
const MASTER_SECRET = resourceVariables.databaseMasterSecret;

async function masterPassword(): Promise<string> {
  const secret = await getSecret(process.env[MASTER_SECRET] ?? '', { transform: 'json' });
  const password = (secret as { password?: unknown } | undefined)?.password;
  if (typeof password !== 'string') throw new ConfigurationError(`${MASTER_SECRET}: expected a secret with a password`);
  return password;
}
