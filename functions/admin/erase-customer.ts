import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { decryptOriginal } from '#core/encrypt-original.ts';
import { digestIdentity, digestUnderEveryKey, type Identity } from '#core/erased-identities.ts';
import type { Forgetting } from '#core/forget-person.ts';
import { identitiesInBody, judgeIdentities } from '#core/identities-in-body.ts';
import type { PseudonymKeys } from '#core/pseudonym-keys.ts';
import { currentKey } from '#core/pseudonymize.ts';
import { blockIdentities } from '#db/erasure/block-identities.ts';
import { collectIdentities } from '#db/erasure/collect-identities.ts';
import { destroyDeadLetters } from '#db/erasure/destroy-dead-letters.ts';
import type { Erasure, Pending, Touched } from '#db/erasure/erasure.ts';
import { findSharedAnonymousIds } from '#db/erasure/find-shared-anonymous-ids.ts';
import { forgetActivity } from '#db/erasure/forget-activity.ts';
import { forgetCustomerDays } from '#db/erasure/forget-customer-days.ts';
import { type Belongings, forgetInEvents } from '#db/erasure/forget-in-events.ts';
import { forgetInFacts } from '#db/erasure/forget-in-facts.ts';
import { forgetVisitors } from '#db/erasure/forget-visitors.ts';
import { listBelongings } from '#db/erasure/list-belongings.ts';
import { nextSlice } from '#db/erasure/next-slice.ts';
import { readDeadLetters, type StoredLetter } from '#db/erasure/read-dead-letters.ts';
import { saveErasure } from '#db/erasure/save-erasure.ts';
import { type Slice, sources } from '#db/erasure/sources.ts';
import { startErasure } from '#db/erasure/start-erasure.ts';

export interface ErasureDependencies {
  readonly sql: Sql;
  readonly keys: PseudonymKeys;
  readonly decryptDataKey: (sealed: Uint8Array) => Promise<Uint8Array>;
  /** Whether another slice of work may begin. */
  readonly hasTime: () => boolean;
  readonly now: Date;
  /** Only counts what would be touched; it leaves nothing behind, so that one without enough time begins anew. */
  readonly dryRun: boolean;
}

/** What was done, without the id: the digest proves to who holds the key and the id that this person was erased. */
export interface ErasureReceipt {
  readonly digest: string;
  readonly keyVersion: string;
  readonly erasedAt: string;
  readonly touched: Touched;
  /** Otherwise there was no time for all: the same call goes on. */
  readonly isComplete: boolean;
}

interface Work extends ErasureDependencies {
  readonly customerId: string;
}
/** An erasure that is under way. */
type Open = Erasure & { readonly pending: Pending };

const LETTERS_PER_PAGE = 100;

/**
 * Removes a customer from everything that is stored, without changing a sum or a count: a random surrogate stands where
 * the ids stood. First the id is blocked, so that ingestion lets nothing more in, then anonymous ids and pseudonyms that
 * are this customer's alone are collected and blocked, then all is rewritten slice by slice. It may be cut off anywhere
 * and repeated at any time.
 */
export async function eraseCustomer(customerId: string, dependencies: ErasureDependencies): Promise<ErasureReceipt> {
  const work: Work = { ...dependencies, customerId };
  let erasure = await begin(work);
  const belongings = await listBelongings(work.sql, customerId);
  while (isOpen(erasure) && work.hasTime()) {
    erasure = await advance(work, erasure, belongings);
    if (!work.dryRun) await saveErasure(work.sql, erasure);
  }
  const { digest, key_version, erased_at, touched, pending } = erasure;
  return { digest, keyVersion: key_version, erasedAt: erased_at, touched, isComplete: pending === null };
}

const isOpen = (erasure: Erasure): erasure is Open => erasure.pending !== null;

async function begin({ sql, keys, customerId, now, dryRun }: Work): Promise<Erasure> {
  const identity: Identity = { kind: 'customer', id: customerId };
  const planned: Erasure = {
    ...digestIdentity(identity, keys.current, currentKey(keys)),
    erased_at: now.toISOString(),
    touched: {},
    pending: {
      ...{ surrogate: makeSurrogate(), pass: 'collect', source: 0, after: null, anonymous: {}, pseudonyms: {} },
    },
  };
  if (dryRun) return planned;
  const digests = digestUnderEveryKey(identity, keys).map(({ digest }) => digest);
  const erasure = await startErasure(sql, digests, planned);
  await blockIdentities(sql, erasure.digest, [erasure]);
  return erasure;
}

const makeSurrogate = () => `erased-${randomUUID()}`;

async function advance(work: Work, erasure: Open, belongings: Belongings): Promise<Erasure> {
  const { pending } = erasure;
  if (pending.pass === 'letters') return await eraseLetters(work, erasure);
  const source = sources[pending.source];
  if (source === undefined) return await endPass(work, erasure);
  const slice = await nextSlice(work.sql, source, pending.after);
  if (slice === undefined) return { ...erasure, pending: { ...pending, source: pending.source + 1, after: null } };
  const read = { ...pending, after: slice.upTo };
  if (pending.pass === 'collect') return { ...erasure, pending: await collect(work, read, slice) };
  if (pending.pass === 'sift') return { ...erasure, pending: await sift(work, read, slice) };
  const touched = await rewrite(work, pending, slice, belongings);
  return { ...erasure, touched: add(erasure.touched, touched), pending: read };
}

async function endPass({ sql, keys, customerId, dryRun }: Work, erasure: Open): Promise<Open> {
  const { pending, digest, touched } = erasure;
  const begun = { source: 0, after: null };
  if (pending.pass === 'collect') return { ...erasure, pending: { ...pending, ...begun, pass: 'sift' } };
  if (pending.pass === 'rewrite') {
    const days = await forgetCustomerDays(sql, customerId, pending.surrogate, dryRun);
    return {
      ...erasure,
      touched: add(touched, { customer_days: days }),
      pending: { ...pending, ...begun, pass: 'letters' },
    };
  }
  const identities: Identity[] = [
    ...Object.keys(pending.anonymous).map((id) => ({ kind: 'anonymous', id }) as const),
    ...Object.entries(pending.pseudonyms).map(([id, kind]) => ({ kind, id })),
  ];
  if (!dryRun) {
    const key = currentKey(keys);
    await blockIdentities(
      sql,
      digest,
      identities.map((identity) => digestIdentity(identity, keys.current, key)),
    );
  }
  return { ...erasure, pending: { ...pending, ...begun, pass: 'rewrite' } };
}

async function collect({ sql, customerId }: Work, pending: Pending, slice: Slice): Promise<Pending> {
  const anonymous = new Map(Object.entries(pending.anonymous));
  const pseudonyms = new Map(Object.entries(pending.pseudonyms));
  for (const { kind, id } of await collectIdentities(sql, slice, customerId)) {
    if (kind === 'anonymous') anonymous.set(id, anonymous.get(id) ?? makeSurrogate());
    else if (kind !== 'customer') pseudonyms.set(id, kind);
  }
  return { ...pending, anonymous: Object.fromEntries(anonymous), pseudonyms: Object.fromEntries(pseudonyms) };
}

/** An anonymous id that another customer had as well is a device of several, and stays. */
async function sift({ sql, customerId }: Work, pending: Pending, slice: Slice): Promise<Pending> {
  const ids = Object.keys(pending.anonymous);
  if (ids.length === 0) return pending;
  const shared = new Set(await findSharedAnonymousIds(sql, slice, customerId, ids));
  const own = Object.entries(pending.anonymous).filter(([id]) => !shared.has(id));
  return { ...pending, anonymous: Object.fromEntries(own) };
}

async function rewrite(work: Work, pending: Pending, slice: Slice, belongings: Belongings): Promise<Touched> {
  const { sql, customerId, dryRun } = work;
  const forgetting = toForgetting(work, pending);
  if (slice.source === 'visitors') {
    const { surrogate, anonymous } = pending;
    return { visitor_identities: await forgetVisitors(sql, customerId, surrogate, anonymous, dryRun) };
  }
  if (slice.source !== 'events') {
    return { [slice.source]: await forgetInFacts(sql, slice, forgetting, dryRun) };
  }
  return {
    analytics_events: await forgetInEvents(sql, slice, forgetting, belongings, dryRun),
    active_users: await forgetActivity(sql, slice, customerId, pending.surrogate, dryRun),
  };
}

async function eraseLetters(work: Work, erasure: Open): Promise<Erasure> {
  const { sql, dryRun } = work;
  const { pending, touched } = erasure;
  const letters = await readDeadLetters(sql, pending.after ?? '0', LETTERS_PER_PAGE);
  const last = letters.at(-1);
  if (last === undefined) return { ...erasure, pending: null };
  const { own, shared } = await judgeLetters(work, toForgetting(work, pending), letters);
  if (!dryRun && own.length + shared.length > 0) await destroyDeadLetters(sql, own, shared);
  return {
    ...erasure,
    touched: add(touched, { dead_letter_queue: own.length + shared.length }),
    pending: { ...pending, after: last.id },
  };
}

/** By the originals: the view of an invalid event tells no value. */
async function judgeLetters(
  { keys, decryptDataKey }: Work,
  person: Forgetting,
  letters: readonly StoredLetter[],
): Promise<Record<'own' | 'shared', readonly string[]>> {
  const judged = { own: [] as string[], shared: [] as string[] };
  // The letters of one capture share a data key
  const dataKeys = new Map<string, Uint8Array>();
  for (const { id, original, data_key } of letters) {
    const sealed = Buffer.from(data_key).toString('base64');
    const dataKey = dataKeys.get(sealed) ?? (await decryptDataKey(data_key));
    dataKeys.set(sealed, dataKey);
    const judgement = judgeBody(decryptOriginal(original, dataKey), person, keys);
    if (judgement !== undefined) judged[judgement].push(id);
  }
  return judged;
}

/** A body that is not JSON can only be searched; it could not be replayed either. */
function judgeBody(body: string, { customers, anonymous, pseudonyms }: Forgetting, keys: PseudonymKeys) {
  const known = { customer: customers, anonymous, email: pseudonyms, phone: pseudonyms };
  const judgement = judgeIdentities(identitiesInBody(body, keys), ({ kind, id }) => known[kind].has(id));
  const isQuoted = [...customers.keys(), ...anonymous.keys()].some((id) => body.includes(JSON.stringify(id)));
  return judgement ?? (isQuoted && !isJson(body) ? 'own' : undefined);
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

function toForgetting({ customerId }: Work, { surrogate, anonymous, pseudonyms }: Pending): Forgetting {
  return {
    customers: new Map([[customerId, surrogate]]),
    anonymous: new Map(Object.entries(anonymous)),
    pseudonyms: new Set(Object.keys(pseudonyms)),
  };
}

function add(touched: Touched, more: Touched): Touched {
  const sums = Object.entries(more).map(([table, rows]) => [table, (touched[table] ?? 0) + rows] as const);
  return { ...touched, ...Object.fromEntries(sums) };
}
