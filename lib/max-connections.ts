/**
 * Aurora PostgreSQL Serverless v2's default `max_connections` by greatest capacity (ACUs), from the table of the Aurora user
 * guide, "Performance and scaling for Aurora Serverless v2", section on maximum connections.
 */
const published: readonly (readonly [maxCapacity: number, connections: number])[] = [
  [1, 189],
  [4, 823],
  [8, 1_669],
  [16, 3_360],
  [32, 5_000],
];
/** Whatever the greatest capacity is, while the least is below 1. */
const CAP_OF_SMALL = 2_000;

/** Connections that the database takes at any time; between two published rows in proportion, rounded down. */
export function maxConnections({ minCapacity, maxCapacity }: { minCapacity: number; maxCapacity: number }): number {
  const above = published.find(([capacity]) => capacity >= maxCapacity) ?? published.at(-1)!;
  const below = published.findLast(([capacity]) => capacity <= maxCapacity) ?? [0, 0];
  const share = above[0] === below[0] ? 1 : (maxCapacity - below[0]) / (above[0] - below[0]);
  const connections = maxCapacity > above[0] ? above[1] : Math.floor(below[1] + share * (above[1] - below[1]));
  return minCapacity < 1 ? Math.min(connections, CAP_OF_SMALL) : connections;
}
