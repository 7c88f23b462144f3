import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';

/** Recovery after a kill replays up to 2 GB of log, on a slow disk for more than a minute. */
const TIMEOUT_MS = 180_000;
const PAUSE_MS = 20;
/** `the database system is starting up`: it answers, also to SSLRequest, long before it takes a session. */
const CANNOT_CONNECT_NOW = '57P03';
const passing: ReadonlySet<unknown> = new Set([
  CANNOT_CONNECT_NOW,
  ...['ECONNREFUSED', 'ECONNRESET', 'CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECT_TIMEOUT'],
]);

/**
 * Waits until a server on 127.0.0.1 has answered a query, which it does only after its recovery. False: it `ended`, or
 * `timeoutMs` have passed. Throws what the server refuses a session for, if that does not pass by itself.
 */
export async function untilAccepting(port: number, ended: () => boolean, timeoutMs = TIMEOUT_MS): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!ended() && Date.now() < deadline) {
    if (await accepts(port)) return true;
    await sleep(PAUSE_MS);
  }
  return false;
}

async function accepts(port: number): Promise<boolean> {
  const sql = postgres({
    ...{ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' },
    ...{ max: 1, connect_timeout: 5, fetch_types: false, onnotice: () => {} },
  });
  try {
    await sql`select 1`;
    return true;
  } catch (error) {
    if (passing.has((error as { code?: unknown }).code)) return false;
    throw error;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
