import type { PendingQuery, Row, TransactionSql } from 'postgres';

/** Whether there has ever been such an input: the first row says so. */
const inputs = {
  orders: (tx) => tx`select from orders where created_at is not null`,
  payments: (tx) => tx`select from payments where paid_at is not null`,
  refunds: (tx) => tx`select from returns where refunded_at is not null`,
  sessions: (tx) => tx`select from sessions`,
  pageViews: (tx) => tx`select from sessions where page_view_at is not null`,
  customers: (tx) => tx`
    (select from orders where customer_id is not null limit 1)
    union all (select from customers limit 1)
    union all (select from active_users where kind = 'customer' limit 1)`,
  shipments: (tx) => tx`select from shipments where order_id is not null`,
  handovers: (tx) => tx`select from shipments where handed_over_at is not null`,
  deliveries: (tx) => tx`select from shipments where delivered_at is not null`,
  estimates: (tx) => tx`select from shipments where estimated_delivery_at is not null`,
  pickedQuantities: (tx) => tx`select from shipment_lines where picked_quantity is not null`,
  productViews: (tx) => tx`select from session_products where viewed_at is not null`,
  cartAdds: (tx) => tx`select from session_products where carted_at is not null`,
  sessionOrders: (tx) => tx`select from orders where session_id is not null and created_at is not null`,
  stock: (tx) => tx`select from stock`,
  spend: (tx) => tx`select from spend`,
  impressions: (tx) => tx`select from spend where impressions is not null`,
  clicks: (tx) => tx`select from spend where clicks is not null`,
  returnedItems: (tx) =>
    tx`select from returns where refunded_at is not null and (latest #>> '{items,1,lines}')::int > 0`,
  returnCosts: (tx) => tx`select from returns where refunded_at is not null and cost_amount is not null`,
  returnAmounts: (tx) =>
    tx`select from return_lines join returns using (return_id) where refunded_at is not null and amount is not null`,
} satisfies Record<string, (tx: TransactionSql) => PendingQuery<Row[]>>;

export type Input = keyof typeof inputs;

/** Those of the inputs that have never been sent, in the order given. */
export async function listMissingInputs<Name extends Input>(
  tx: TransactionSql,
  names: readonly Name[],
): Promise<Name[]> {
  const missing: Name[] = [];
  for (const name of names) {
    const [{ isThere }] = await tx<[{ isThere: boolean }]>`select exists (${inputs[name](tx)}) as "isThere"`;
    if (!isThere) missing.push(name);
  }
  return missing;
}
