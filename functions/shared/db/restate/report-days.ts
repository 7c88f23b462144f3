import type { Sql } from 'postgres';

/**
 * Makes all business days before `until` reported: what changes in them from now on is restated. The first report is the
 * daily run's, so that loading a history into an empty service restates nothing; later any run makes up for one missed.
 */
export async function reportDays(
  sql: Sql,
  { zone, until, isDaily }: { readonly zone: string; readonly until: string; readonly isDaily: boolean },
): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select from job_locks where job = 'aggregate' for update`;
    await tx`
      insert into daily_reports (time_zone, reported_until, reported_at, counted_at, counted)
      select ${zone}, ${until}::text::timestamptz, clock_timestamp(), now(), pg_current_snapshot()
      where ${isDaily} or exists (select from daily_reports where time_zone = ${zone})
      on conflict (time_zone) do update set reported_until = excluded.reported_until, reported_at = excluded.reported_at
      where daily_reports.reported_until < excluded.reported_until`;
    // Events whose hours are still to be recomputed are to be counted then.
    await tx`
      update daily_reports set counted_at = now(), counted = pg_current_snapshot()
      where time_zone = ${zone} and not exists (select from dirty_windows where hour < reported_until)`;
  });
}
