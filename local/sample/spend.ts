import { campaigns } from './catalog.ts';
import { amount, type CloudEvent, DAY, HOUR, makeEvent } from './cloud-event.ts';
import type { Random } from './random.ts';
import type { Visit } from './visits.ts';

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

/** What each paid campaign cost on each whole day, known at four the next morning (UTC). */
export function spendEvents(
  run: string,
  visits: readonly Visit[],
  from: number,
  to: number,
  random: Random,
): CloudEvent[] {
  const clicks = new Map<string, number>();
  for (const { at, campaign } of visits) {
    if (campaign) {
      const key = `${campaign.campaign} ${dayOf(at)}`;
      clicks.set(key, (clicks.get(key) ?? 0) + 1);
    }
  }
  const events: CloudEvent[] = [];
  for (let day = from - (from % DAY); day + DAY <= to; day += DAY) {
    for (const { campaign, source, medium, clickCost } of Object.values(campaigns)) {
      const visited = clicks.get(`${campaign} ${dayOf(day)}`) ?? 0;
      if (clickCost === 0 || visited === 0) continue;
      // Some who click never see a page.
      const clicked = visited + random.integer(0, Math.ceil(visited / 6));
      const data = {
        spend_date: dayOf(day),
        amount: amount(Math.round(clicked * clickCost * (0.9 + 0.2 * random.unit()))),
        currency: 'EUR',
        source,
        medium,
        campaign,
        impressions: clicked * random.integer(30, 90),
        clicks: clicked,
      };
      const id = `spend-${run}-${campaign}-${dayOf(day)}`;
      events.push(makeEvent('marketing.spend.recorded', '/marketing/spend', id, day + DAY + 4 * HOUR, data));
    }
  }
  return events;
}
