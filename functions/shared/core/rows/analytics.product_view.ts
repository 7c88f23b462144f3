import type { TypeRows } from '../rows.ts';

export function toRows(): TypeRows {
  return { facts: [], stage: 'product_view' };
}
