import { setTimeout as sleep } from 'node:timers/promises';

/** One message on its way. */
export interface Outgoing<Message> {
  /** Where it came from, as `file:line`. */
  readonly place: string;
  /** Messages of one lane (a queue, the bus) share batches. */
  readonly lane: string;
  readonly bytes: number;
  readonly message: Message;
}

export interface Refusal {
  readonly place: string;
  readonly code: string;
}

/**
 * Sends one batch; answers the error code of each message, or undefined where it was accepted. A code in `transientCodes`,
 * and a thrown error, is tried again.
 */
export type SendBatch<Message> = (lane: string, messages: readonly Message[]) => Promise<(string | undefined)[]>;

export interface Sent {
  readonly accepted: number;
  readonly refused: readonly Refusal[];
  /** True when the receiver stopped answering: nothing after the refused ones was read. */
  readonly unreachable: boolean;
}

/** What both PutEvents and SendMessageBatch take at once. */
const BATCH_ENTRIES = 10;
/**
 * Where a batch closes. AWS takes 1 MB a request since 2026-01; 256 KiB, the limit before, also passes where the old one
 * still stands. A larger message travels alone.
 */
const BATCH_BYTES = 256 * 1024;
const IN_FLIGHT = 8;
const ATTEMPTS = 6;

const transientCodes = new Set([
  'ThrottlingException',
  'Throttling',
  'RequestThrottled',
  'InternalException',
  'InternalFailure',
  'InternalError',
  'ServiceUnavailable',
]);

interface ServiceError extends Error {
  readonly code?: string;
  readonly $fault?: 'client' | 'server';
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** One code per message of what a request that failed as a whole means: `undefined` when no service answered. */
function serviceCode(error: unknown): string | undefined {
  const { name, $fault, $metadata } = error as ServiceError;
  if ($metadata?.httpStatusCode === undefined) return undefined;
  return $fault === 'server' ? 'InternalFailure' : name;
}

/** Tries one batch until each message is accepted or refused for good. */
async function deliver<Message>(batch: readonly Outgoing<Message>[], send: SendBatch<Message>): Promise<Sent> {
  const refused: Refusal[] = [];
  let accepted = 0;
  let pending = batch;
  for (let attempt = 1; ; attempt++) {
    const lane = pending[0]!.lane;
    let codes: (string | undefined)[];
    let unreachable = false;
    try {
      codes = await send(
        lane,
        pending.map(({ message }) => message),
      );
    } catch (error) {
      const code = serviceCode(error);
      if (code !== undefined && !transientCodes.has(code) && pending.length > 1) {
        // One bad message fails the whole request: alone, each gets its own answer.
        const parts = [];
        for (const one of pending) parts.push(await deliver([one], send));
        return join([{ accepted, refused, unreachable: false }, ...parts]);
      }
      unreachable = code === undefined;
      codes = pending.map(() => code ?? (error as ServiceError).code ?? (error as ServiceError).name);
    }
    const again: Outgoing<Message>[] = [];
    pending.forEach((one, index) => {
      const code = codes[index];
      if (code === undefined) accepted++;
      else if (attempt < ATTEMPTS && (unreachable || transientCodes.has(code))) again.push(one);
      else refused.push({ place: one.place, code });
    });
    if (again.length === 0) return { accepted, refused, unreachable };
    pending = again;
    await sleep(100 * 2 ** attempt * (0.5 + Math.random()));
  }
}

const join = (parts: readonly Sent[]): Sent => ({
  accepted: parts.reduce((sum, { accepted }) => sum + accepted, 0),
  refused: parts.flatMap(({ refused }) => refused),
  unreachable: parts.some(({ unreachable }) => unreachable),
});

/**
 * Sends everything in batches of 10, eight in flight, retrying what is throttled. Messages of one lane keep their order
 * within a batch only. What the source throws is rethrown once all that was read before it has been sent: `onSent` has
 * then seen every one of them.
 */
export async function sendBatches<Message>(
  source: AsyncIterable<Outgoing<Message>> | Iterable<Outgoing<Message>>,
  send: SendBatch<Message>,
  onSent: (sent: Sent) => void,
): Promise<void> {
  const open = new Map<string, { items: Outgoing<Message>[]; bytes: number }>();
  const flying = new Set<Promise<void>>();
  let unreachable = false;

  const dispatch = async (batch: readonly Outgoing<Message>[]) => {
    while (flying.size >= IN_FLIGHT) await Promise.race(flying);
    const flight = deliver(batch, send).then((sent) => {
      flying.delete(flight);
      unreachable ||= sent.unreachable;
      onSent(sent);
    });
    flying.add(flight);
  };

  try {
    for await (const one of source) {
      const lane = open.get(one.lane) ?? { items: [], bytes: 0 };
      if (lane.items.length === BATCH_ENTRIES || (lane.items.length > 0 && lane.bytes + one.bytes > BATCH_BYTES)) {
        await dispatch(lane.items);
        lane.items = [];
        lane.bytes = 0;
      }
      lane.items.push(one);
      lane.bytes += one.bytes;
      open.set(one.lane, lane);
      if (unreachable) break;
    }
  } finally {
    for (const { items } of open.values()) if (items.length > 0) await dispatch(items);
    await Promise.all(flying);
  }
}
