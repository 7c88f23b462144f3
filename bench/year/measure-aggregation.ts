import type { Sql } from 'postgres';
import { aggregateWindows } from '#db/aggregate-windows.ts';
import { median } from '../report.ts';
import { inMilliseconds } from './measure.ts';

const ROUNDS = 3;
const HOUR_MS = 3_600_000;
const LIMIT = 500;

export async function aggregateAll(sql: Sql): Promise<number> {
  let hours = 0;
  let taken = 0;
  do {
    taken = await aggregateWindows(sql, { zone: 'UTC', limit: LIMIT });
    hours += taken;
  } while (taken === LIMIT);
  return hours;
}

/** What a run costs after some hours changed: the latest one after the other, or as many days apart. */
export async function measureAggregation(sql: Sql, end: Date): Promise<Record<string, number>> {
  const costs: Record<string, number> = {};
  for (const [what, step, counts] of [
    ['in a row', HOUR_MS, [1, 10, 100]],
    ['a day apart', 24 * HOUR_MS, [10, 80]],
  ] as const) {
    for (const count of counts) {
      const hours = Array.from({ length: count }, (_, n) =>
        new Date(end.getTime() - (end.getTime() % HOUR_MS) - (n + 1) * step).toISOString(),
      );
      const taken: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        await sql`insert into dirty_windows (hour) select unnest(${hours}::text[]::timestamptz[])`;
        const begun = performance.now();
        await aggregateAll(sql);
        taken.push(performance.now() - begun);
      }
      costs[`${count} changed hours ${what}`] = inMilliseconds(median(taken));
    }
  }
  return costs;
}
