import { metrics as metricNames } from '#contract/metrics.ts';
import { decideValve, minutesClosed } from '#core/decide-valve.ts';
import { reduceError } from '#core/errors.ts';
import { type Held, planMappings } from '#core/plan-mappings.ts';
import { finishJobRun, startJobRun } from '#db/record-job-run.ts';
import { closeCircuit, openCircuit, readCircuit } from '#runtime/circuit.ts';
import { readSettings } from '#runtime/config.ts';
import { database, discardDatabase } from '#runtime/database.ts';
import { withDeadline } from '#runtime/deadline.ts';
import { changeMappings, listMappings } from '#runtime/event-source-mappings.ts';
import { wrapped } from '#runtime/job-handler.ts';
import { logger, metrics } from '#runtime/observability.ts';
import { takeValveLease, type Valve, type ValveLease } from '#runtime/valve-lease.ts';

const settings = readSettings(['BREAKER_OPEN_SECONDS', 'INGEST_CONCURRENCY_FACTOR']);
const PROBE_MS = 5_000;

/** Looks whether the database takes a write, and pauses the consumers of the queues or lets them on. */
export const handler = wrapped(async (payload, context) => {
  const lease = await takeValveLease(context.awsRequestId, context.getRemainingTimeInMillis());
  if (!lease) return { skipped: 'another run is at it' };
  const runId = await probe(typeof payload.scheduledTime === 'string' ? payload.scheduledTime : null);
  const result = await moveValve(lease, runId === undefined ? 'unhealthy' : 'healthy');
  await lease.release();
  if (runId !== undefined) await recordRun(runId, result);
  return result;
});

/**
 * A write is what the consumers need, and a database that has become read-only or full would still answer a question: so
 * the probe is the record of this run. Where nothing else says that the database fails, one failure is tried again.
 * @returns the run's id, undefined where it could not be written in time
 */
async function probe(scheduledTime: string | null): Promise<string | undefined> {
  const { state } = await readCircuit({ fresh: true });
  for (let tries = state === 'open' ? 1 : 2; tries > 0; tries -= 1) {
    try {
      return await withDeadline(PROBE_MS, () => startJobRun(database(), 'valve', scheduledTime));
    } catch (error) {
      logger.warn('probe of the database failed', { error: reduceError(error), tries });
      await discardDatabase();
    }
  }
  return undefined;
}

async function moveValve({ valve, save }: ValveLease, health: 'healthy' | 'unhealthy') {
  const now = new Date();
  const factor = settings.INGEST_CONCURRENCY_FACTOR;
  const state = decideValve(valve.state, health, now, factor);
  if (state.phase !== valve.state.phase) logger.warn('valve moved', { from: valve.state.phase, to: state.phase });
  await tellOthers(health);
  const { changes, held } = planMappings(state, valve.held, await listMappings(factor));
  // What is to be paused is remembered before it is, what was enabled forgotten after: else a run cut short between the two
  // would leave a mapping paused that nobody remembers.
  if (state.phase === 'paused') await save({ state, held });
  const unchanged = await changeMappings(changes);
  if (state.phase !== 'paused') await save({ state, held: { ...held, ...stillHeld(valve, unchanged) } });

  const minutes = minutesClosed(state, now);
  metrics.addMetric(metricNames.valveClosed, 'Count', state.phase === 'paused' ? 1 : 0);
  metrics.addMetric(metricNames.valveClosedMinutes, 'Count', minutes);
  return { phase: state.phase, minutes, changed: changes.length - unchanged.size, unchanged: unchanged.size };
}

/** The environments that are still at work when it fails, and those that start when it is back. */
async function tellOthers(health: 'healthy' | 'unhealthy'): Promise<void> {
  if (health === 'unhealthy') return await openCircuit(settings.BREAKER_OPEN_SECONDS * 1_000);
  const circuit = await readCircuit();
  if (circuit.state === 'open') await closeCircuit(circuit);
}

function stillHeld(valve: Valve, unchanged: ReadonlySet<string>): Held {
  return Object.fromEntries(Object.entries(valve.held).filter(([id]) => unchanged.has(id)));
}

async function recordRun(id: string, result: Awaited<ReturnType<typeof moveValve>>): Promise<void> {
  try {
    await withDeadline(PROBE_MS, () => finishJobRun(database(), id, result));
  } catch (error) {
    logger.warn('run could not be recorded', { error: reduceError(error) });
    await discardDatabase();
  }
}
