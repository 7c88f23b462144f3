import { digestUnderEveryKey, type Identity, identitiesIn } from './erased-identities.ts';
import type { JsonObject } from './event.ts';
import { joinKey } from './facts.ts';
import { type Forgetting, forgetInData, forgetInEarliest, forgetInLatest } from './forget-person.ts';
import type { PseudonymKeys } from './pseudonym-keys.ts';
import type { EventRows } from './rows.ts';

/** Digests by which an erasure would know whom these events name, each with that identity. */
export function digestIdentities(batch: readonly EventRows[], keys: PseudonymKeys): Map<string, Identity> {
  const identities = new Map(
    batch.flatMap(({ event }) =>
      identitiesIn(event.data as JsonObject).map((identity) => [joinKey(identity.kind, identity.id), identity]),
    ),
  );
  return new Map(
    [...identities.values()].flatMap((identity) =>
      digestUnderEveryKey(identity, keys).map(({ digest }) => [digest, identity] as const),
    ),
  );
}

/** The events without the erased persons: they count in every figure, and belong to nobody. */
export function forgetErased(batch: readonly EventRows[], erased: readonly Identity[]): readonly EventRows[] {
  if (erased.length === 0) return batch;
  const names = new Set(erased.map(({ kind, id }) => joinKey(kind, id)));
  return batch.map((rows) => forgetRows(rows, names));
}

function forgetRows(rows: EventRows, erased: ReadonlySet<string>): EventRows {
  const data = rows.event.data as JsonObject;
  const found = identitiesIn(data).filter(({ kind, id }) => erased.has(joinKey(kind, id)));
  if (found.length === 0) return rows;
  const ofKind = (kind: Identity['kind']) => found.filter((identity) => identity.kind === kind).map(({ id }) => id);
  const customers = ofKind('customer');
  const forgetting: Forgetting = {
    customers: new Map(customers.map((id) => [id, null])),
    anonymous: new Map(ofKind('anonymous').map((id) => [id, null])),
    pseudonyms: new Set([...ofKind('email'), ...ofKind('phone')]),
  };
  const left = forgetInData(data, forgetting);
  const { customer_id = null, anonymous_id = null } = left as { customer_id?: string; anonymous_id?: string };
  return {
    ...rows,
    event: { ...rows.event, customer_id, anonymous_id, data: left },
    facts: rows.facts
      .filter(({ table, key }) => table !== 'customers' || !customers.includes(key))
      .map((fact) => ({
        ...fact,
        earliest: forgetInEarliest(fact.earliest, forgetting),
        latest: forgetInLatest(fact.latest, forgetting, customers.length > 0),
      })),
  };
}
