import type { MaskedEvent } from './event.ts';
import { type Entries, type Fact, joinKey, momentOf, versioned, versionOf } from './facts.ts';

interface ProductData {
  readonly session_id: string;
  readonly product_id: string;
  readonly category_id?: string;
  readonly category_name?: string;
}

/** What a session did with a product, and under which category it saw it; its versions know no sequence, as a session's. */
export function sessionProduct(event: MaskedEvent<ProductData>, moment: 'view' | 'cart'): Fact {
  const { session_id, product_id, category_id, category_name } = event.data;
  const earliest: Entries = { [moment]: [momentOf(event)] };
  return {
    table: 'session_products',
    key: joinKey(session_id, product_id),
    earliest,
    latest: versioned(versionOf(event, 0), { category_id, category_name }),
  };
}
