import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeEvent } from '../setup/events.ts';
import { startTestSystem, type TestSystem } from '../setup/system.ts';
import { callAdmin } from './call-admin.ts';

const TYPE = 'customers.customer.updated';
const ID = 'cust/ä 4711';
let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem();
});
afterAll(() => system?.stop());

it('erases through the API with a receipt, and tells the id to no one', async () => {
  const update = (data: object) =>
    JSON.stringify(makeEvent(TYPE, { customer_id: ID, email: 'ada@gmail.com', ...data }));
  const stored = update({});
  await system.send(TYPE, [stored, update({ registered_at: 'yesterday' })]);
  await system.drain();
  const route = `DELETE /customers/${encodeURIComponent(ID)}`;
  const touched = { analytics_events: 1, active_users: 1, customers: 1, dead_letter_queue: 1 };

  const planned = await callAdmin(system, `${route}?dryRun=true`);
  expect(planned.body.data).toMatchObject({ isComplete: true, touched });
  expect(await system.sql`select customer_id from customers`).toEqual([{ customer_id: ID }]);

  const erased = await callAdmin(system, route, { key: 'erase-1' });
  expect(erased.status).toBe(200);
  expect(erased.body.data).toMatchObject({ isComplete: true, touched });
  expect((await callAdmin(system, route, { key: 'erase-1' })).body.data).toEqual(erased.body.data);

  await system.send(TYPE, [stored, update({ country: 'GB' })]);
  await system.drain();
  expect(
    await system.sql`select count(*)::int as events, count(customer_id)::int as named from analytics_events`,
  ).toEqual([{ events: 2, named: 1 }]);
  expect(await system.sql`select customer_id like 'erased-%' as erased from customers`).toEqual([{ erased: true }]);
  expect(
    await system.sql`select parameters, counts from admin_audit where outcome = 'succeeded' and not dry_run`,
  ).toEqual([{ parameters: { customerId: null }, counts: expect.objectContaining(touched) }]);
  expect((await callAdmin(system, 'DELETE /customers/x', { token: system.outputs.token })).status).toBe(403);
});
