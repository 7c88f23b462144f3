import { DAY, HOUR } from './cloud-event.ts';
import type { Random } from './random.ts';

/** Share of a day's visits in each hour, UTC: a quiet night, a bump at noon, a high evening. */
const hourly = [12, 7, 4, 3, 4, 8, 18, 32, 44, 52, 56, 60, 64, 58, 54, 54, 58, 66, 80, 96, 100, 84, 56, 28];
/** From Sunday. */
const weekly = [1.25, 1.05, 0.95, 0.92, 0.95, 0.9, 1.1];

/** Draws instants of visits between two instants (milliseconds), by weekday and hour of the day. */
export function makeRhythm(from: number, to: number, random: Random): () => number {
  const edges: { readonly start: number; readonly upTo: number }[] = [];
  let total = 0;
  for (let start = from - (from % HOUR); start < to; start += HOUR) {
    const hour = new Date(start);
    // Whole days differ by some ten percent, so that no two weeks are the same.
    const wobble = 1 + 0.1 * Math.sin(Math.floor(start / DAY) * 12.9898);
    const share = (Math.min(start + HOUR, to) - Math.max(start, from)) / HOUR;
    total += hourly[hour.getUTCHours()]! * weekly[hour.getUTCDay()]! * wobble * share;
    edges.push({ start, upTo: total });
  }
  return () => {
    const drawn = random.unit() * total;
    const { start } = edges.find(({ upTo }) => upTo > drawn)!;
    const low = Math.max(start, from);
    return low + Math.floor(random.unit() * (Math.min(start + HOUR, to) - low));
  };
}
