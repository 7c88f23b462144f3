import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import postgres, { type Sql } from 'postgres';
import type { AlarmStatus } from '../alarms/watch-alarms.ts';
import type { Outputs } from '../describe-outputs.ts';
import { formatTable } from './format-table.ts';
import { connectQueues, readDepths } from './read-depths.ts';
import { readOutputs } from './read-outputs.ts';
import { CommandError, readArguments, runCommand } from './run-command.ts';

const USAGE = 'npm run status -- [--data-dir DIR]';

async function queueTable(outputs: Outputs): Promise<string> {
  const client = connectQueues(outputs);
  try {
    const depths = await readDepths(client, outputs.queues);
    const rows = depths.map(({ type, queue, deadLetters }) => [
      type,
      queue.waiting,
      queue.inFlight,
      queue.delayed,
      deadLetters.waiting + deadLetters.inFlight,
    ]);
    // Queues of no event type, such as those for what a rule could not deliver, are shown when they hold something.
    const known = new Set(Object.values(outputs.queues).flatMap(({ url, dlqUrl }) => [nameOf(url), nameOf(dlqUrl)]));
    const { QueueUrls = [] } = await client.send(new ListQueuesCommand({ MaxResults: 1000 }));
    const others = QueueUrls.filter((url) => !known.has(nameOf(url))).map((url) => [nameOf(url), { url, dlqUrl: url }]);
    for (const { type, queue } of await readDepths(client, Object.fromEntries(others))) {
      if (queue.waiting + queue.inFlight > 0) rows.push([type, queue.waiting, queue.inFlight, queue.delayed, 0]);
    }
    return formatTable(['queue', 'waiting', 'in flight', 'delayed', 'dead-letter queue'], rows);
  } finally {
    client.destroy();
  }
}

const nameOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);

async function deadLetterTable(sql: Sql): Promise<string> {
  const rows = await sql<{ type: string; reason: string; status: string; count: number; newest: string }[]>`
    select coalesce(event_type, 'unknown') as type, reason, status, count(*)::int as count,
           to_char(max(received_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as newest
    from dead_letter_queue group by 1, 2, 3 order by 1, 2, 3`;
  if (rows.length === 0) return 'no dead letters\n';
  return formatTable(
    ['dead letters', 'reason', 'status', 'count', 'newest'],
    rows.map(({ type, reason, status, count, newest }) => [type, reason, status, count, newest]),
  );
}

async function jobTable(sql: Sql): Promise<string> {
  const rows = await sql<{ job: string; started: string; seconds: number | null; status: string; failed: number }[]>`
    select distinct on (job) job, status, to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as started,
           round(extract(epoch from finished_at - started_at)::numeric, 1)::float8 as seconds,
           (count(*) filter (where status = 'failed' and started_at > now() - interval '1 day') over (partition by job))::int as failed
    from job_runs order by job, started_at desc`;
  if (rows.length === 0) return 'no job has run\n';
  return formatTable(
    ['job', 'last run', 'seconds', 'status', 'failed in 24 h'],
    rows.map(({ job, started, seconds, status, failed }) => [job, started, seconds, status, failed]),
  );
}

async function freshnessTable(sql: Sql): Promise<string> {
  const [row] = await sql<{ event: string | null; arrival: string | null; lag: number | null; dirty: number }[]>`
    select to_char(max(occurred_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as event,
           to_char(max(received_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as arrival,
           round(extract(epoch from now() - max(occurred_at)))::float8 as lag,
           (select count(*)::int from dirty_windows) as dirty
    from analytics_events`;
  const { event, arrival, lag, dirty } = row!;
  return formatTable(
    ['newest event', 'newest arrival', 'lag seconds', 'dirty windows'],
    [[event, arrival, lag, dirty]],
  );
}

async function alarmTable({ controlUrl }: Outputs): Promise<string> {
  const response = await fetch(new URL('/alarms', controlUrl));
  if (!response.ok) throw new CommandError(`the system did not say which alarms fire (${response.status})`);
  const alarms = (await response.json()) as readonly AlarmStatus[];
  const firing = alarms.filter(({ state }) => state === 'ALARM').sort((a, b) => (a.severity < b.severity ? -1 : 1));
  if (firing.length === 0)
    return `no alarm of ${alarms.length} fires
`;
  return formatTable(
    ['alarm', 'severity', 'since', 'what to do'],
    firing.map(({ name, severity, since, heading }) => [name, severity, since, `docs/runbook.md#${heading}`]),
  );
}

await runCommand('status', async () => {
  const { values, positionals } = readArguments({ 'data-dir': { type: 'string', default: '.local' } }, USAGE);
  if (positionals.length > 0) throw new CommandError(`takes no argument\nusage: ${USAGE}`);
  const outputs = readOutputs(values['data-dir']);
  const sql = postgres(outputs.databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    const tables = [await queueTable(outputs)];
    for (const table of [deadLetterTable, jobTable, freshnessTable]) tables.push(await table(sql));
    tables.push(await alarmTable(outputs));
    process.stdout.write(tables.join('\n'));
  } finally {
    await sql.end({ timeout: 5 });
  }
  return 0;
});
