import { amount, average, change, count, orNull, type Schema } from './parts.ts';

/** The sums of sales. */
export const amounts = {
  gross: amount,
  discounts: amount,
  cancellations: amount,
  returns: amount,
  net: { ...amount, description: 'gross − discounts − cancellations − returns' },
  tax: amount,
  shipping: amount,
  total: { ...amount, description: 'net + tax + shipping' },
  collected: amount,
} satisfies Readonly<Record<string, Schema>>;

/** A row of `/revenue`. */
export const totals = {
  ...amounts,
  orders: count,
  averageOrderValue: orNull(average),
} satisfies Readonly<Record<string, Schema>>;

/** The same keys, as `change` has them. */
export const changeOf = (figures: Readonly<Record<string, Schema>>): Record<string, Schema> =>
  Object.fromEntries(Object.keys(figures).map((name) => [name, change]));
