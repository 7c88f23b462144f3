import type { TransactionSql } from 'postgres';

/**
 * Takes up to `limit` dirty hours, earliest first, and holds the aggregation's lock until the transaction ends, so that
 * two runs never recompute at the same time. Sessions that were marked become the hours that they are in by now. Marks that others commit from now on stay for the next run.
 */
export async function takeDirtyWindows(tx: TransactionSql, limit: number): Promise<Date[]> {
  await tx`select from job_locks where job = 'aggregate' for update`;
  await tx`
    with taken as (delete from dirty_sessions returning session_id)
    insert into dirty_windows (hour)
    select distinct hour_of(started_at) from sessions where session_id in (select session_id from taken) and started_at is not null`;
  const rows = await tx<{ hour: Date }[]>`
    with hours as (
      select distinct hour from dirty_windows order by hour limit ${limit}
    ), taken as (
      delete from dirty_windows using hours where dirty_windows.hour = hours.hour
    )
    select hour from hours`;
  return rows.map(({ hour }) => hour);
}
