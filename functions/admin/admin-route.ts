import type { Sql } from 'postgres';
import { BadParameter } from '#core/problem.ts';
import { readParameters } from '#core/query-parameters.ts';
import type { AuditedCall } from '#db/admin/record-call.ts';

export interface AdminRequest {
  /** Without `dryRun`. */
  readonly query: URLSearchParams;
  readonly path: Readonly<Record<string, string | undefined>>;
  /** Text of the body, empty where there is none. */
  readonly body: string;
  /** The business zone. */
  readonly zone: string;
}

export interface AdminContext {
  readonly database: () => Sql;
  readonly dryRun: boolean;
  /** Whether another page of work may begin. */
  readonly hasTime: () => boolean;
}

export interface AdminAnswer {
  /** Of a route that changes something: ids and counts only, in plain JSON values, since an Idempotency-Key keeps it. */
  readonly data: object;
  readonly meta?: object;
  /** For the audit. */
  readonly counts: Readonly<Record<string, number>>;
}

/** The export `route` of `routes/<name>.ts`. */
export interface AdminRoute<Parameters> {
  /** @throws {BadParameter} naming the parameter and what it must be */
  readonly read: (request: AdminRequest) => Parameters;
  /** What the audit keeps of them: ids and filters; of what could tell who a person is only the name, with null. */
  readonly audited: (parameters: Parameters) => AuditedCall['parameters'];
  readonly answer: (parameters: Parameters, context: AdminContext) => Promise<AdminAnswer>;
}

/** The `{id}` of a path. */
function readId({ path }: AdminRequest): string {
  const { id = '' } = path;
  if (!/^[1-9]\d{0,17}$/.test(id)) throw new BadParameter('id', 'expected a whole number');
  return id;
}

export interface RowId {
  readonly id: string;
}

/** The first parts of a route on the row that its path names, and that takes nothing else. */
export const ofRow: Pick<AdminRoute<RowId>, 'read' | 'audited'> = {
  read: (request) => {
    readParameters(request.query, []);
    return { id: readId(request) };
  },
  audited: ({ id }) => ({ id }),
};

/** What a route answers that changes this row, or would. @param done the count of what it did: 0 or 1 */
export const answerOnRow = (id: string, done: Readonly<Record<string, number>>): AdminAnswer => ({
  data: { id, matched: 1, ...done },
  counts: { matched: 1, ...done },
});
