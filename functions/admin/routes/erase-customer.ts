import { BadParameter } from '#core/problem.ts';
import { readParameters } from '#core/query-parameters.ts';
import { decryptDataKey } from '#runtime/decrypt-data-key.ts';
import { loadPseudonymKeys } from '#runtime/load-pseudonym-keys.ts';
import type { AdminRoute } from '../admin-route.ts';
import { eraseCustomer } from '../erase-customer.ts';

const MAX_LENGTH = 128;

/** Answers a receipt without the id. `isComplete` false: there was no time for all, and another call goes on. */
export const route: AdminRoute<{ readonly customerId: string }> = {
  read: ({ query, path }) => {
    readParameters(query, []);
    const { customerId = '' } = path;
    if (customerId === '' || customerId.length > MAX_LENGTH) {
      throw new BadParameter('customerId', `expected 1 to ${MAX_LENGTH} characters`);
    }
    return { customerId };
  },
  // The record of an erasure must not say who was erased
  audited: () => ({ customerId: null }),
  answer: async ({ customerId }, { database, dryRun, hasTime }) => {
    const receipt = await eraseCustomer(customerId, {
      ...{ sql: database(), keys: await loadPseudonymKeys(), decryptDataKey, hasTime, now: new Date(), dryRun },
    });
    return { data: receipt, counts: receipt.touched };
  },
};
