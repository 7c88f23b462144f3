import type { Product } from './catalog.ts';
import type { Person } from './people.ts';
import type { Random } from './random.ts';

export interface PurchaseLine {
  readonly product: Product;
  readonly quantity: number;
  /** Cents off the whole line. */
  readonly discount: number;
}

/** Someone decided to buy. */
export interface Purchase {
  readonly at: number;
  readonly person: Person;
  readonly channel: string;
  readonly lines: readonly PurchaseLine[];
  readonly sessionId?: string;
  readonly cartId?: string;
  readonly utm?: Readonly<Record<string, string>>;
}

/** A purchase that no visit of the shop's own pages led to. */
export function makeOtherPurchase(at: number, person: Person, products: readonly Product[], random: Random): Purchase {
  const count = random.weighted([
    [1, 52],
    [2, 28],
    [3, 14],
    [4, 6],
  ] as const);
  const chosen = new Set<Product>();
  while (chosen.size < count) chosen.add(random.weighted(products.map((one) => [one, one.appeal] as const)));
  return {
    at,
    person,
    channel: random.weighted([
      ['marketplace', 60],
      ['store', 32],
      ['phone', 8],
    ] as const),
    lines: [...chosen].map((product) => ({
      product,
      quantity: random.weighted([
        [1, 82],
        [2, 14],
        [4, 4],
      ] as const),
      discount: random.chance(0.08) ? Math.round(product.price * 0.1) : 0,
    })),
  };
}
