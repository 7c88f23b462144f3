import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { Outgoing, SendBatch } from './send-batches.ts';

/** Why a JSON text cannot be an entry of the bus. */
export interface NoEntry {
  readonly code: string;
}

/** PutEvents takes entries below this size, all text counted in UTF-8. */
const ENTRY_BYTES = 1024 * 1024;

/**
 * The entry that carries one CloudEvent. `text` is passed on as it is: parsing and writing it again would change its
 * numbers. Throws a SyntaxError where it is not JSON.
 */
export function makeEntry(text: string, bus: string, place: string): Outgoing<PutEventsRequestEntry> | NoEntry {
  const event: unknown = JSON.parse(text);
  const { source, type } = (event ?? {}) as { source?: unknown; type?: unknown };
  if (typeof source !== 'string' || typeof type !== 'string' || source === '' || type === '') {
    return {
      code: 'a string "source" and a string "type" are what the bus routes by (--to sqs sends the line without)',
    };
  }
  const entry = addressEntry({ source, type, text }, bus, place);
  return entry.bytes < ENTRY_BYTES ? entry : { code: 'the bus takes entries below 1 MiB' };
}

/** The entry of an event whose source and type are known already. Its size is counted as PutEvents counts it. */
export function addressEntry(
  { source, type, text }: { readonly source: string; readonly type: string; readonly text: string },
  bus: string,
  place: string,
): Outgoing<PutEventsRequestEntry> {
  const bytes = Buffer.byteLength(source) + Buffer.byteLength(type) + Buffer.byteLength(text);
  return { place, lane: bus, bytes, message: { EventBusName: bus, Source: source, DetailType: type, Detail: text } };
}

/** Answers the ErrorCode of each entry that the bus refused. */
export function sendToBus(client: EventBridgeClient): SendBatch<PutEventsRequestEntry> {
  return async (_bus, entries) => {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [...entries] }));
    // An entry without an answer was not accepted.
    return entries.map((_, index) => (Entries[index]?.EventId ? undefined : (Entries[index]?.ErrorCode ?? 'NoAnswer')));
  };
}
