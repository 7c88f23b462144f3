import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import postgres from 'postgres';
import { localClient } from './commands/read-outputs.ts';
import { type Counts, formatReasons } from './commands/read-totals.ts';
import { CommandError } from './commands/run-command.ts';
import { type Refusal, sendBatches } from './commands/send-batches.ts';
import { addressEntry, sendToBus } from './commands/send-to-bus.ts';
import { showProgress } from './commands/show-progress.ts';
import { waitUntilDrained } from './commands/wait-until-drained.ts';
import type { Outputs } from './describe-outputs.ts';
import { DAY, MINUTE } from './sample/cloud-event.ts';
import { generateSample, type Sample } from './sample/generate-sample.ts';

const SEED = 'shop';
const DAYS = 28;
const DRAIN_TIMEOUT_SECONDS = 600;

/** [from, to) */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

type Log = (line: string) => void;

const number = (value: number) => value.toLocaleString('en');

async function countStored({ databaseUrl }: Outputs): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    const [row] = await sql<{ stored: number }[]>`select count(*)::int as stored from analytics_events`;
    return row!.stored;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function publishSample({ events }: Sample, { endpoints, eventBusName }: Outputs): Promise<void> {
  const client = new EventBridgeClient({ ...localClient, endpoint: endpoints.events });
  const progress = showProgress('sample', events.length);
  const refused: Refusal[] = [];
  const entries = events
    .values()
    .map((event) => addressEntry({ ...event, text: JSON.stringify(event) }, eventBusName, `sample event ${event.id}`));
  try {
    await sendBatches(entries, sendToBus(client), (sent) => {
      progress.advance(sent.accepted);
      refused.push(...sent.refused);
    });
  } finally {
    progress.stop();
    client.destroy();
  }
  const [first] = refused;
  if (first) throw new CommandError(`the bus refused ${refused.length} sample events, ${first.place}: ${first.code}`);
}

function logComparison({ expected }: Sample, seen: Counts, log: Log): void {
  const reasons = Object.entries(expected.invalid).map(([reason, count]) => ({ reason, count }));
  const dead = (counts: readonly { readonly count: number }[]) => counts.reduce((sum, { count }) => sum + count, 0);
  log(`events in     ${number(seen.received)} (sent ${number(expected.total)}, ${number(expected.late)} of them late)`);
  log(`stored        ${number(seen.stored)} (expected ${number(expected.stored)})`);
  log(`duplicates    ${number(seen.duplicates)} (expected ${number(expected.duplicates)})`);
  log(`dead letters  ${number(dead(seen.deadLetters))} (expected ${number(dead(reasons))})`);
  log(`  found       ${formatReasons(seen.deadLetters) || 'none'}`);
  log(`  expected    ${formatReasons(reasons)}`);
}

interface Overview {
  readonly data: {
    readonly sales: Readonly<Record<'gross' | 'net' | 'total' | 'collected', string>>;
    readonly orders: { readonly placed: number; readonly cancelled: number; readonly averageOrderValue: string | null };
    readonly customers: { readonly active: number; readonly new: number; readonly returning: number };
    readonly sessions: number;
    readonly conversionRate: number | null;
  };
  readonly meta: { readonly currency: string; readonly unconverted: number };
}

/** The dashboard's numbers of the last four weeks. */
async function logHeadlines({ apiUrl, token }: Outputs, { from, to }: Period, log: Log): Promise<void> {
  const url = new URL('/api/v1/analytics/dashboard/overview', apiUrl);
  url.searchParams.set('from', from.toISOString());
  url.searchParams.set('to', to.toISOString());
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new CommandError(`GET ${url.pathname} answered ${response.status}`);
  const { data, meta } = (await response.json()) as Overview;
  const { sales, orders, customers } = data;
  const rate = data.conversionRate === null ? '–' : `${(data.conversionRate * 100).toFixed(2)} %`;
  log(`\nThe last four weeks`);
  log(
    `sales         gross ${sales.gross}, net ${sales.net}, total ${sales.total}, collected ${sales.collected} ${meta.currency}`,
  );
  log(
    `orders        ${number(orders.placed)} placed, ${number(orders.cancelled)} cancelled, average ${orders.averageOrderValue ?? '–'} ${meta.currency}`,
  );
  log(
    `customers     ${number(customers.active)} active, ${number(customers.new)} new, ${number(customers.returning)} returning`,
  );
  log(`sessions      ${number(data.sessions)}, conversion rate ${rate}`);
  if (meta.unconverted > 0) {
    log(`unconverted   ${number(meta.unconverted)} orders in other currencies are left out for want of a rate`);
  }
}

/**
 * Sends four weeks of a shop's traffic up to now through the bus, waits until it is processed, and logs what came of it
 * beside what was to come, and the headline numbers. A database that holds events already is left as it is: those
 * weeks end at another instant. Answers the period of the headline numbers. Throws when the bus refuses events, nothing
 * drains, or the API does not answer.
 */
export async function runSample(
  { outputs }: { readonly outputs: Outputs },
  log: Log,
  now = new Date(),
): Promise<Period> {
  // The end of the minute, so that events of this very second are in the range.
  const to = new Date(now.getTime() - (now.getTime() % MINUTE) + MINUTE);
  const stored = await countStored(outputs);
  if (stored > 0) {
    log(
      `sample not sent: this data directory holds ${number(stored)} ${stored === 1 ? 'event' : 'events'} already (--reset begins anew)`,
    );
  } else {
    const sample = generateSample({ seed: SEED, end: now, days: DAYS });
    await publishSample(sample, outputs);
    const drained = await waitUntilDrained(outputs, { timeoutSeconds: DRAIN_TIMEOUT_SECONDS });
    log(`sample processed ${drained.seconds.toFixed(1)} s after its last event was sent`);
    logComparison(sample, drained.sinceStart, log);
  }
  const period = { from: new Date(to.getTime() - DAYS * DAY - MINUTE), to };
  await logHeadlines(outputs, period, log);
  return period;
}
