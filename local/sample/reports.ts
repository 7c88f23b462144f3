import { type CloudEvent, DAY, HOUR, makeEvent } from './cloud-event.ts';

/** What each publisher says of each whole day (UTC), at five the next morning: how many events of a type it sent. */
export function reportEvents(run: string, events: readonly CloudEvent[], from: number, to: number): CloudEvent[] {
  const first = Math.ceil(from / DAY) * DAY;
  const counts = new Map<string, number>();
  for (const { source, type, time } of events) {
    const day = Math.floor(Date.parse(time) / DAY) * DAY;
    if (day < first || day + DAY > to) continue;
    const key = `${day} ${type} ${source}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => {
    const [start, type, source] = key.split(' ') as [string, string, string];
    const day = Number(start);
    const data = {
      counted_type: type,
      period_from: new Date(day).toISOString(),
      period_to: new Date(day + DAY).toISOString(),
      count,
    };
    const id = `report-${run}-${type}-${new Date(day).toISOString().slice(0, 10)}`;
    return makeEvent('analytics.reconciliation.reported', source, id, day + DAY + 5 * HOUR, data);
  });
}
