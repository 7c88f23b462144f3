import type { MaskedEvent } from '../event.ts';
import type { TypeRows } from '../rows.ts';

export function toRows({ data }: MaskedEvent<{ readonly action: 'add' | 'remove' }>): TypeRows {
  return { facts: [], stage: data.action === 'add' ? 'add_to_cart' : undefined };
}
