import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { classifyDatabaseError, errorCode } from '#core/classify-error.ts';
import { AnalyticsError } from '#core/errors.ts';
import { type Circuit, claimTry, closeCircuit, openCircuit, readCircuit } from './circuit.ts';
import { readSettings } from './config.ts';
import { logger } from './observability.ts';

/** The database was not asked, since it is known to fail. */
export class DatabaseUnavailable extends AnalyticsError {
  override readonly name = 'DatabaseUnavailable';
  readonly code = 'DATABASE_UNAVAILABLE';
}

const settings = readSettings(['BREAKER_FAILURES', 'BREAKER_OPEN_SECONDS']);
const openMilliseconds = settings.BREAKER_OPEN_SECONDS * 1_000;
const isInfrastructure = (error: unknown) => classifyDatabaseError(error) === 'infrastructure';

/** Of this environment. */
const breaker = circuitBreaker(handleWhen(isInfrastructure), {
  halfOpenAfter: openMilliseconds,
  breaker: new ConsecutiveBreaker(settings.BREAKER_FAILURES),
});

/**
 * Runs an operation on the database, unless the database is known to fail. Failures of its infrastructure are counted;
 * after `BREAKER_FAILURES` of them in a row all environments leave it alone for `BREAKER_OPEN_SECONDS`, then one tries.
 * @throws {DatabaseUnavailable} at once, where the operation was not run
 */
export async function guardDatabase<Result>(operation: () => Promise<Result>): Promise<Result> {
  const seen = await readCircuit();
  const isOpen = seen.state === 'open';
  const claimed = isOpen ? await claimTry(seen, openMilliseconds) : undefined;
  if (isOpen && !claimed) throw new DatabaseUnavailable('known to fail');
  const outcome = await runCounted(operation);
  if (claimed) await closeAfterTry(claimed);
  if ('refusal' in outcome) throw outcome.refusal;
  return outcome.result;
}

/** A refusal of the statement's own values is an answer too: a database that gives one is there. */
type Outcome<Result> = { readonly result: Result } | { readonly refusal: unknown };

async function runCounted<Result>(operation: () => Promise<Result>): Promise<Outcome<Result>> {
  try {
    return await breaker.execute(async (): Promise<Outcome<Result>> => {
      try {
        return { result: await operation() };
      } catch (error) {
        if (isInfrastructure(error)) throw error;
        return { refusal: error };
      }
    });
  } catch (error) {
    if (error instanceof BrokenCircuitError) throw new DatabaseUnavailable('known to fail', { cause: error });
    // Awaited, as an environment is frozen once it has answered
    if (breaker.state === CircuitState.Open) {
      logger.error('database left alone', { code: errorCode(error), seconds: settings.BREAKER_OPEN_SECONDS });
      await openCircuit(openMilliseconds);
    }
    throw error;
  }
}

async function closeAfterTry(claimed: Circuit): Promise<void> {
  logger.info('database answers again');
  await closeCircuit(claimed);
}
