/**
 * What a failed database operation means for its events:
 * - `data`: the statement's own values were refused; one event of the batch is the cause and can be found
 * - `conflict`: another transaction was in the way; the same again succeeds
 * - `missing_partition`: the month has no partition; made, the same again succeeds
 * - `infrastructure`: the database could not be reached, had no room or time, or does not fit this code; no event is to blame
 */
export type ErrorClass = 'data' | 'conflict' | 'missing_partition' | 'infrastructure';

/** https://www.postgresql.org/docs/17/errcodes-appendix.html */
const SQLSTATE = {
  checkViolation: '23514',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
} as const;
/** Data exception, integrity constraint violation, program limit exceeded (a row too large for an index). */
const DATA_CLASSES = ['22', '23', '54'];
/** The routine that looks for a row's partition: its error shares 23514 with check constraints. */
const FIND_PARTITION = 'ExecFindPartition';
/** Refusals by the driver before anything is sent. */
const DRIVER_DATA_CODES = ['UNDEFINED_VALUE', 'MAX_PARAMETERS_EXCEEDED'];

export function classifyDatabaseError(error: unknown): ErrorClass {
  const { code, routine } = (error ?? {}) as { readonly code?: unknown; readonly routine?: unknown };
  if (typeof code !== 'string') return 'infrastructure';
  if (code === SQLSTATE.checkViolation && routine === FIND_PARTITION) return 'missing_partition';
  if (code === SQLSTATE.serializationFailure || code === SQLSTATE.deadlockDetected) return 'conflict';
  if (DRIVER_DATA_CODES.includes(code)) return 'data';
  const isSqlState = /^[0-9A-Z]{5}$/.test(code);
  return isSqlState && DATA_CLASSES.includes(code.slice(0, 2)) ? 'data' : 'infrastructure';
}

/** SQLSTATE or system code of an error, as it may be told: never its message. */
export function errorCode(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : 'unknown';
}
