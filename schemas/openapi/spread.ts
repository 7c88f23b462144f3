import { change, closed, count, orNull } from './parts.ts';

const duration = { type: ['number', 'null'], description: 'At 4 decimals; below 0 where things came in another order' };

/** How long something took. */
export const spread = closed({
  ...{ mean: duration, median: duration, p90: duration },
  count: { ...orNull(count), description: 'Of how many; null where the input was never sent' },
});

export const changeOfSpread = closed({ mean: change, median: change, p90: change, count: change });
