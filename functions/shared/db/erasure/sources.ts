/** Tables whose facts may name a customer, with their keys. */
export const factKeys = {
  orders: 'order_id',
  payments: 'payment_id',
  returns: 'return_id',
  sessions: 'session_id',
  customers: 'customer_id',
} as const;
export type FactSource = keyof typeof factKeys;
/** `visitors`: visitor_identities, which customer an anonymous id was seen with. */
export type Source = 'events' | 'visitors' | FactSource;

export const sources: readonly Source[] = ['events', 'visitors', ...(Object.keys(factKeys) as FactSource[])];

/** Of events the instants in [after, upTo), of visitors all, of facts the keys in (after, upTo]. */
export type Slice =
  | { readonly source: 'events'; readonly after: string; readonly upTo: string }
  | { readonly source: 'visitors'; readonly after: string; readonly upTo: string }
  | { readonly source: FactSource; readonly after: string; readonly upTo: string };
