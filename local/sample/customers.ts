import { type CloudEvent, DAY, makeEvent } from './cloud-event.ts';
import type { Person } from './people.ts';
import type { Random } from './random.ts';

/** Customers who register in the period, and the one in eight who change something afterwards. */
export function customerEvents(person: Person, from: number, random: Random): CloudEvent[] {
  const { customerId, registeredAt } = person;
  if (customerId === undefined || registeredAt === undefined) return [];
  const event = (id: string, at: number, optIn: boolean) =>
    makeEvent(
      'customers.customer.updated',
      '/shop/customers',
      id,
      at,
      {
        customer_id: customerId,
        registered_at: new Date(registeredAt).toISOString(),
        anonymous_id: person.anonymousId,
        country: person.place.country,
        marketing_opt_in: optIn,
        email: person.email,
        customer_name: person.name,
        phone: person.phone,
        birth_date: person.birthDate,
        ip_address: person.ipAddress,
        user_agent: person.userAgent,
      },
      { subject: customerId },
    );
  const events = registeredAt >= from ? [event(`${customerId}-registered`, registeredAt, person.optIn)] : [];
  if (random.chance(0.125)) {
    const changedAt = Math.max(from, registeredAt) + Math.floor(random.unit() * 20 * DAY);
    events.push(event(`${customerId}-changed`, changedAt, !person.optIn));
  }
  return events;
}
