import type { Sql } from 'postgres';

export interface AuditedCall {
  readonly requestId: string;
  /** The IAM identity that called. */
  readonly principal: string;
  /** `METHOD /path/{id}`. */
  readonly route: string;
  /** Ids and filters; of anything else only the name, with null. */
  readonly parameters: Readonly<Record<string, string | number | boolean | null>>;
  readonly dryRun: boolean;
}

export interface CallOutcome {
  readonly outcome: 'begun' | 'succeeded' | 'repeated' | 'refused' | 'failed';
  readonly status: number | null;
  readonly counts: Readonly<Record<string, number>>;
}

/** Adds a row to the audit, which takes no other change. */
export async function recordCall(sql: Sql, call: AuditedCall, { outcome, status, counts }: CallOutcome): Promise<void> {
  await sql`
    insert into admin_audit (request_id, principal, route, parameters, dry_run, outcome, status, counts)
    values (
      ${call.requestId}, ${call.principal}, ${call.route}, ${sql.json(call.parameters)}, ${call.dryRun},
      ${outcome}, ${status}, ${sql.json(counts)}
    )`;
}
