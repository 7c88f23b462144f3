import type { TypeRows } from '../rows.ts';

export function toRows(): TypeRows {
  return { facts: [], stage: 'page_view' };
}
