import type { Sql } from 'postgres';

/** Rows up to which adding them up is left for later: as many are read in under a millisecond. */
const FEW = 500;

/** Adds the counts of changes of each table up to one row. Their sum stays, also where two do this at the same time. */
export async function compactDataChanges(sql: Sql): Promise<void> {
  await sql`
    with gone as (
      delete from data_changes where (select count(*) from data_changes) > ${FEW} returning relation, changes
    )
    insert into data_changes (relation, changes) select relation, sum(changes) from gone group by relation`;
}
