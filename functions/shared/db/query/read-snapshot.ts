import type { Sql, TransactionSql } from 'postgres';

/** Runs the questions of one answer over one state of the data, so that its figures agree with each other. */
export async function readSnapshot<Result>(sql: Sql, ask: (tx: TransactionSql) => Promise<Result>): Promise<Result> {
  return (await sql.begin('isolation level repeatable read read only', ask)) as Result;
}
