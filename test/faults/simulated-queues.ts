import { eventTypes, MAX_RECEIVE_COUNT } from '#contract/event-types.ts';

/** Of the queues, as the stacks set it: six times the consumer's 30 s, and the batching window. */
const VISIBILITY_SECONDS = 181;
/** Lambda says that a change of a mapping may take a minute. */
const EFFECT_SECONDS = 60;

export interface MappingState {
  readonly isEnabled: boolean;
  readonly concurrency: number;
}

interface Batch {
  readonly ids: readonly number[];
  readonly receivedAt: number;
  readonly endsAt: number;
  readonly holdsConnection: boolean;
}

/** A queue with redrive and the mapping that reads it, on a clock of seconds. */
export interface SimulatedQueue {
  readonly id: string;
  readonly maxConcurrency: number;
  /** Of the messages. */
  readonly share: number;
  mapping(): MappingState;
  /** Takes effect late, as on AWS, but shows at once. */
  tell(state: MappingState, second: number): void;
  send(message: number): void;
  /** Messages whose visibility timeout is over are there again. */
  reappear(second: number): void;
  /** Starts what the concurrency allows; `start` says how long a batch takes and whether it holds a connection. */
  receive(second: number, start: () => { readonly seconds: number; readonly holdsConnection: boolean }): void;
  /** Takes the batches that end now; the messages of those that failed return after their visibility timeout. */
  settle(second: number, store: (batch: Batch) => boolean): void;
  connections(): number;
  waiting(): number;
}

export interface Counts {
  readonly receives: Uint8Array;
  deadLettered: number;
}

export function makeQueues(counts: Counts): SimulatedQueue[] {
  return eventTypes.map((row) => makeQueue(row, counts));
}

function makeQueue(row: (typeof eventTypes)[number], counts: Counts): SimulatedQueue {
  const full = { isEnabled: true, concurrency: row.maxConcurrency };
  let told: MappingState = full;
  let holds: MappingState = full;
  const pending: { readonly state: MappingState; readonly from: number }[] = [];
  const ready: number[] = [];
  const inFlight: Batch[] = [];
  let running: Batch[] = [];
  const take = () => {
    const ids: number[] = [];
    while (ids.length < row.batchSize && ready.length > 0) {
      const id = ready.pop()!;
      counts.receives[id]! += 1;
      if (counts.receives[id]! > MAX_RECEIVE_COUNT) counts.deadLettered += 1;
      else ids.push(id);
    }
    return ids;
  };
  return {
    // Views are what a shop has most of
    ...{ id: row.type, maxConcurrency: row.maxConcurrency, share: row.maxConcurrency ** 2 },
    mapping: () => told,
    tell: (state, second) => {
      told = state;
      pending.push({ state, from: second + EFFECT_SECONDS });
    },
    send: (message) => void ready.push(message),
    reappear: (second) => {
      while (inFlight[0] && inFlight[0].receivedAt + VISIBILITY_SECONDS <= second) ready.push(...inFlight.shift()!.ids);
    },
    receive: (second, start) => {
      while (pending[0] && pending[0].from <= second) holds = pending.shift()!.state;
      while (holds.isEnabled && running.length < holds.concurrency && ready.length > 0) {
        const ids = take();
        const { seconds, holdsConnection } = start();
        if (ids.length > 0) running.push({ ids, receivedAt: second, endsAt: second + seconds, holdsConnection });
      }
    },
    settle: (second, store) => {
      const ended = running.filter(({ endsAt }) => endsAt <= second);
      running = running.filter(({ endsAt }) => endsAt > second);
      inFlight.push(...ended.filter((batch) => !store(batch)));
      inFlight.sort((one, other) => one.receivedAt - other.receivedAt);
    },
    connections: () => running.filter(({ holdsConnection }) => holdsConnection).length,
    waiting: () => ready.length + [...inFlight, ...running].reduce((sum, { ids }) => sum + ids.length, 0),
  };
}
