import { decideValve, FLOWING } from '#core/decide-valve.ts';
import { type Held, planMappings } from '#core/plan-mappings.ts';
import { type Counts, makeQueues, type SimulatedQueue } from './simulated-queues.ts';

export interface OutageScenario {
  readonly messages: number;
  /** A fifth of the messages is there at the start, the rest comes evenly until this second. */
  readonly arriveUntil: number;
  /** Whether the database hangs in this second. */
  readonly isDown: (second: number) => boolean;
  readonly hasValve: boolean;
  /** Seconds at which a deployment sets every mapping to what the template says. */
  readonly deployments?: readonly number[];
  /** A mapping that somebody disabled before the start. */
  readonly disabledByHand?: number;
}

export interface OutageResult {
  readonly stored: number;
  readonly deadLettered: number;
  readonly waiting: number;
  readonly mostReceives: number;
  /** Connections at once after the outage: the most, and the most in the first minute. */
  readonly mostConnections: number;
  readonly mostInFirstMinute: number;
  /** What the contract allows all mappings together. */
  readonly cap: number;
  readonly drainedAt: number;
}

/** Of a batch, with cold caches. */
const STORING_SECONDS = 10;
/** A hanging database costs an invocation its deadline; with the circuit open it fails at once. */
const HANGING_SECONDS = 28;
const FAILING_SECONDS = 1;
const FAILURES_TO_OPEN = 3;
const OPEN_SECONDS = 30;
const VALVE_SECONDS = 60;
/** Two tries of a probe. */
const PROBE_SECONDS = 10;
const END = 24 * 3_600;

/** Queues, mappings, circuit and valve second by second, with the decisions of the real valve. */
export function simulateOutage(scenario: OutageScenario): OutageResult {
  const { messages, isDown } = scenario;
  const counts: Counts = { receives: new Uint8Array(messages), deadLettered: 0 };
  const queues = makeQueues(counts);
  const byHand = queues[scenario.disabledByHand ?? -1];
  byHand?.tell({ isEnabled: false, concurrency: byHand.maxConcurrency }, Number.NEGATIVE_INFINITY);
  const route = queues.flatMap((queue) => Array.from({ length: queue.share }, () => queue));
  const circuit = makeCircuit();
  const valve = makeValve(queues);
  let [sent, stored, drainedAt, mostConnections, mostInFirstMinute] = [0, 0, 0, 0, 0];
  let hasFailed = false;
  let firstConnectionAt = Number.POSITIVE_INFINITY;

  for (let second = 0; second < END; second += 1) {
    hasFailed ||= isDown(second);
    for (const due = dueAt(scenario, second); sent < due; sent += 1) route[sent % route.length]!.send(sent);
    if (scenario.deployments?.includes(second))
      for (const queue of queues) queue.tell({ isEnabled: true, concurrency: queue.maxConcurrency }, second);
    for (const queue of queues) {
      queue.settle(second, ({ ids, holdsConnection, receivedAt }) => {
        const succeeded = holdsConnection && !isDown(receivedAt) && !isDown(second);
        if (holdsConnection) circuit.count(succeeded, second);
        if (succeeded) [stored, drainedAt] = [stored + ids.length, second];
        return succeeded;
      });
      queue.reappear(second);
      queue.receive(second, () =>
        circuit.isOpen(second)
          ? { seconds: FAILING_SECONDS, holdsConnection: false }
          : { seconds: isDown(second) ? HANGING_SECONDS : STORING_SECONDS, holdsConnection: true },
      );
    }
    if (scenario.hasValve && second % VALVE_SECONDS === PROBE_SECONDS) {
      const isHealthy = !isDown(second - PROBE_SECONDS) && !isDown(second);
      if (isHealthy) circuit.close();
      valve.look(isHealthy, second);
    }
    if (hasFailed && !isDown(second)) {
      const connections = queues.reduce((sum, queue) => sum + queue.connections(), 0);
      mostConnections = Math.max(mostConnections, connections);
      if (connections > 0) firstConnectionAt = Math.min(firstConnectionAt, second);
      if (second < firstConnectionAt + 60) mostInFirstMinute = Math.max(mostInFirstMinute, connections);
    }
    if (sent === messages && stored + counts.deadLettered === messages) break;
  }
  return {
    ...{ stored, drainedAt, mostConnections, mostInFirstMinute, deadLettered: counts.deadLettered },
    waiting: queues.reduce((sum, queue) => sum + queue.waiting(), 0),
    mostReceives: counts.receives.reduce((most, receives) => Math.max(most, receives), 0),
    cap: queues.reduce((sum, { maxConcurrency }) => sum + maxConcurrency, 0),
  };
}

function dueAt({ messages, arriveUntil }: OutageScenario, second: number): number {
  const atStart = Math.floor(messages / 5);
  return atStart + Math.floor((messages - atStart) * Math.min(1, second / arriveUntil));
}

/** All environments share one here: what one finds, the others know. */
function makeCircuit() {
  let [failures, openUntil] = [0, 0];
  const close = () => {
    [failures, openUntil] = [0, 0];
  };
  return {
    close,
    isOpen: (second: number) => second < openUntil,
    count: (succeeded: boolean, second: number) => {
      if (succeeded) return close();
      failures += 1;
      if (failures >= FAILURES_TO_OPEN) openUntil = second + OPEN_SECONDS;
    },
  };
}

function makeValve(queues: readonly SimulatedQueue[]) {
  let state = FLOWING;
  let held: Held = {};
  return {
    look: (isHealthy: boolean, second: number) => {
      state = decideValve(state, isHealthy ? 'healthy' : 'unhealthy', new Date(second * 1_000));
      const mappings = queues.map(({ id, maxConcurrency, mapping }) => ({ id, maxConcurrency, ...mapping() }));
      const plan = planMappings(state, held, mappings);
      held = plan.held;
      for (const { id, isEnabled, concurrency } of plan.changes) {
        const queue = queues.find((each) => each.id === id)!;
        queue.tell({ isEnabled, concurrency: concurrency ?? queue.mapping().concurrency }, second);
      }
    },
  };
}
