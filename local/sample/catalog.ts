import type { Random } from './random.ts';

export interface Product {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly categoryId: string;
  readonly categoryName: string;
  /** Cents. */
  readonly price: number;
  readonly cost: number;
  /** How often it is looked at, against the others. */
  readonly appeal: number;
}

const categories = {
  kitchen: [
    'Kitchen',
    ['Teapot', 'Mug', 'Chopping Board', 'Salad Bowl', 'Peppermill', 'Apron', 'Carafe', 'Bread Bin'],
    2400,
  ],
  lighting: ['Lighting', ['Desk Lamp', 'Lantern', 'Paper Shade', 'Candle Holder', 'Fairy Lights', 'Night Light'], 3200],
  textiles: ['Textiles', ['Throw', 'Cushion', 'Linen Napkin', 'Bath Towel', 'Rug', 'Curtain', 'Bed Linen'], 3600],
  stationery: ['Stationery', ['Notebook', 'Fountain Pen', 'Desk Pad', 'Gift Wrap', 'Calendar', 'Card Set'], 1400],
  garden: ['Garden', ['Planter', 'Watering Can', 'Bird House', 'Hand Trowel', 'Herb Kit', 'Hammock'], 2900],
  toys: ['Toys', ['Wooden Train', 'Puzzle', 'Kite', 'Building Blocks', 'Plush Fox', 'Marble Run'], 2200],
} as const;
const looks = ['Oak', 'Sand', 'Blue'];

/** The shop's range: some hundred products, a few of which are most of the interest. */
export function makeCatalog(random: Random): readonly Product[] {
  const products: Product[] = [];
  for (const [categoryId, [categoryName, things, median]] of Object.entries(categories)) {
    for (const thing of things) {
      for (const look of looks) {
        const number = products.length + 1;
        const price = Math.round(random.around(median, 0.45) / 50) * 50 + 45;
        products.push({
          id: `P${String(number).padStart(4, '0')}`,
          sku: `${categoryId.slice(0, 3).toUpperCase()}-${number}`,
          name: `${thing} ${look}`,
          categoryId,
          categoryName,
          price,
          cost: Math.round(price * (0.35 + 0.2 * random.unit())),
          appeal: random.around(1, 0.8),
        });
      }
    }
  }
  return products;
}

export const warehouses = ['WH-LEIPZIG', 'WH-LYON'] as const;

/** Country, its currency, region, city and share of the customers. */
export const countries = [
  { country: 'DE', currency: 'EUR', region: 'Sachsen', city: 'Leipzig', share: 46 },
  { country: 'AT', currency: 'EUR', region: 'Wien', city: 'Wien', share: 12 },
  { country: 'FR', currency: 'EUR', region: 'Rhône', city: 'Lyon', share: 16 },
  { country: 'NL', currency: 'EUR', region: 'Utrecht', city: 'Utrecht', share: 10 },
  { country: 'IT', currency: 'EUR', region: 'Lombardia', city: 'Milano', share: 9 },
  { country: 'GB', currency: 'GBP', region: 'Kent', city: 'Canterbury', share: 4 },
  { country: 'CH', currency: 'CHF', region: 'Zürich', city: 'Zürich', share: 3 },
] as const;
export type Country = (typeof countries)[number];

export interface Campaign {
  readonly source: string;
  readonly medium: string;
  readonly campaign: string;
  /** Cents for a click; 0 is not paid for. */
  readonly clickCost: number;
}

export const campaigns = {
  search: { source: 'google', medium: 'cpc', campaign: 'brand-search', clickCost: 38 },
  shopping: { source: 'google', medium: 'cpc', campaign: 'shopping-range', clickCost: 52 },
  social: { source: 'instagram', medium: 'paid_social', campaign: 'autumn-home', clickCost: 61 },
  display: { source: 'displaynet', medium: 'display', campaign: 'retargeting', clickCost: 24 },
  affiliate: { source: 'dealsite', medium: 'affiliate', campaign: 'partner-deals', clickCost: 30 },
  newsletter: { source: 'newsletter', medium: 'email', campaign: 'weekly-letter', clickCost: 0 },
} as const satisfies Record<string, Campaign>;
