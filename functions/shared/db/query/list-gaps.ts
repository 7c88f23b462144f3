import type { TransactionSql } from 'postgres';

/** An aggregate of which versions are missing below the highest that came. */
export interface Gap {
  /** order, payment, shipment, return or stock. */
  readonly aggregate: string;
  /** Of stock: product and warehouse, joined by U+0001. */
  readonly id: string;
  /** The lowest versions missing, `mostVersions` of them at most. */
  readonly missing: readonly number[];
  /** How many are missing in all. */
  readonly missingCount: number;
}

/**
 * Gaps in the order of (aggregate, id), over all time.
 * @param after key of the last gap of the page before
 */
export async function listGaps(
  tx: TransactionSql,
  { after, limit, mostVersions }: { after: readonly string[] | null; limit: number; mostVersions: number },
): Promise<Gap[]> {
  const [aggregate = '', id = ''] = after ?? [];
  return await tx<Gap[]>`
    select aggregate, aggregate_id as id, missing_versions as missing, missing_count as "missingCount"
    from (
      select aggregate, aggregate_id, missing from event_sequence_tracking
      where not isempty(missing) and (aggregate, aggregate_id) > (${aggregate}, ${id})
      order by aggregate, aggregate_id
      limit ${limit}
    ) as gap
    cross join lateral (
      select sum(upper(r) - lower(r))::float8 as missing_count from unnest(missing) as r
    ) as counted
    cross join lateral (
      -- each range is cut before it is made into numbers: one may be as long as the highest version
      select array_agg(version::float8 order by version) as missing_versions
      from (
        select version
        from unnest(missing) as r
        cross join lateral generate_series(lower(r), least(upper(r) - 1, lower(r) + ${mostVersions}::int - 1)) as version
        order by version
        limit ${mostVersions}
      ) as lowest
    ) as listed
    order by aggregate, aggregate_id`;
}
