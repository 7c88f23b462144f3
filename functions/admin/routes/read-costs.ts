import { attributeStorage, monthlyCost } from '#core/attribute-storage.ts';
import { readParameters } from '#core/query-parameters.ts';
import { listRelationSizes } from '#db/costs/list-relation-sizes.ts';
import { weighEvents } from '#db/costs/weigh-events.ts';
import { readSettings } from '#runtime/config.ts';
import type { AdminRoute } from '../admin-route.ts';

/** Blocks of 8 KiB that are read at most, about 64 MB: so an answer takes no longer however many events there are. */
const MOST_BLOCKS = 8_000;

const { STORAGE_PRICE_PER_GIB_MONTH: price } = readSettings(['STORAGE_PRICE_PER_GIB_MONTH']);

/** What the stored events of each type occupy, summing to the whole relation, and what the other tables do. */
export const route: AdminRoute<null> = {
  read: ({ query }) => {
    readParameters(query, []);
    return null;
  },
  audited: () => ({}),
  answer: async (_none, { database }) => {
    const relations = await listRelationSizes(database());
    const partitions = relations.filter(({ holdsEvents }) => holdsEvents);
    const blocks = partitions.reduce((sum, partition) => sum + partition.blocks, 0);
    const seen = blocks <= MOST_BLOCKS ? 1 : MOST_BLOCKS / blocks;
    const types = attributeStorage(partitions, await weighEvents(database(), seen * 100), seen);
    const bytes = partitions.reduce((sum, partition) => sum + partition.bytes, 0);
    const withCost = <Item extends { readonly bytes: number }>(item: Item) => ({
      ...item,
      monthlyCost: price === '' ? null : monthlyCost(item.bytes, price),
    });
    const others = relations.filter(({ holdsEvents }) => !holdsEvents);
    const data = {
      events: withCost({ relation: 'analytics_events', bytes, isEstimated: seen < 1, types: types.map(withCost) }),
      tables: others.map(({ name, bytes: own }) => withCost({ name, bytes: own })),
      total: withCost({ bytes: relations.reduce((sum, relation) => sum + relation.bytes, 0) }),
      pricePerGibMonth: price === '' ? null : price,
    };
    const notes = [
      ...(seen < 1
        ? [`Rows and the division among types are estimated from ${MOST_BLOCKS} of ${blocks} blocks; the sum is exact`]
        : []),
      ...(price === '' ? ['monthlyCost: the setting STORAGE_PRICE_PER_GIB_MONTH would supply it'] : []),
    ];
    return { data, meta: { notes }, counts: { types: types.length } };
  },
};
