/** The base of the errors that this service makes itself: their messages name place and expectation, never a value. */
export class AnalyticsError extends Error {
  override readonly name: string = 'AnalyticsError';
}

/** A variable of the environment is missing or malformed; the start ends with its name. */
export class ConfigurationError extends AnalyticsError {
  override readonly name = 'ConfigurationError';
}

export interface LoggableError {
  readonly name: string;
  readonly message?: string;
  /** SQLSTATE, or the code of a system or AWS error. */
  readonly code?: string;
  readonly severity?: string;
  readonly routine?: string;
  readonly table?: string;
  readonly constraint?: string;
  /** Frames only: a stack's first line repeats the message. */
  readonly stack?: string;
  readonly cause?: LoggableError;
}

/**
 * What of an error may be logged. Messages of others can hold values (PostgreSQL's and `JSON.parse`'s quote their input;
 * a database error's `detail`, `where` and `parameters` hold whole rows), so only those of our own errors are kept.
 */
export function reduceError(error: unknown): LoggableError {
  if (!(error instanceof Error)) return { name: typeof error };
  const text = (name: string) => {
    const value = (error as unknown as Record<string, unknown>)[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    name: error.name,
    message: error instanceof AnalyticsError ? error.message : undefined,
    code: text('code'),
    severity: text('severity'),
    routine: text('routine'),
    table: text('table_name'),
    constraint: text('constraint_name'),
    stack: error.stack
      ?.split('\n')
      .filter((line) => line.startsWith('    at '))
      .join('\n'),
    cause: error.cause === undefined ? undefined : reduceError(error.cause),
  };
}
