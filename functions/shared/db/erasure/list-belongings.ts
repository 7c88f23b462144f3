import type { Sql } from 'postgres';
import type { Belongings } from './forget-in-events.ts';

/** The customer's orders, and the sessions that the customer was last known in. */
export async function listBelongings(sql: Sql, customerId: string): Promise<Belongings> {
  const orders = await sql<{ id: string }[]>`select order_id as id from orders where customer_id = ${customerId}`;
  const sessions = await sql<{ id: string }[]>`select session_id as id from sessions where customer_id = ${customerId}`;
  return { orders: orders.map(({ id }) => id), sessions: sessions.map(({ id }) => id) };
}
