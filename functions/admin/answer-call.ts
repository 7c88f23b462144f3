import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Sql } from 'postgres';
import type { AdminRouteRow } from '#contract/routes.ts';
import { reduceError } from '#core/errors.ts';
import { RequestError } from '#core/problem.ts';
import { type AuditedCall, type CallOutcome, recordCall } from '#db/admin/record-call.ts';
import { callOnce } from '#runtime/call-once.ts';
import { logger } from '#runtime/observability.ts';
import type { AdminAnswer, AdminRequest, AdminRoute } from './admin-route.ts';
import { principalOf, readAdminRequest, readDryRun, readIdempotencyKey } from './read-call.ts';

export interface CallDependencies {
  readonly row: AdminRouteRow;
  readonly route: AdminRoute<unknown>;
  readonly database: () => Sql;
  readonly zone: string;
  readonly remainingMilliseconds: () => number;
}

/** Left for the page that is under way, for the audit and for the answer. */
const RESERVE_MS = 12_000;

/**
 * The way of a call: read, audit, perform (once per Idempotency-Key), audit, answer. A call of which the audit cannot be
 * written is not answered; one that changes something does not begin.
 */
export async function answerCall(event: APIGatewayProxyEventV2, dependencies: CallDependencies) {
  const { row, route, database, zone } = dependencies;
  const { requestId } = event.requestContext;
  let call: AuditedCall = {
    ...{ requestId, principal: principalOf(event), route: event.routeKey },
    ...{ parameters: {}, dryRun: false },
  };
  try {
    const request = readAdminRequest(event, zone);
    const dryRun = row.changes && readDryRun(request.query);
    const parameters = route.read(request);
    call = { ...call, dryRun, parameters: route.audited(parameters) };
    const key = row.changes && !dryRun ? readIdempotencyKey(event) : undefined;

    if (row.changes && !dryRun) await recordCall(database(), call, { outcome: 'begun', status: null, counts: {} });
    const { answer, isRepeated } = await perform(dependencies, event, { request, parameters, dryRun, key });
    const outcome = isRepeated ? 'repeated' : 'succeeded';
    await recordCall(database(), call, { outcome, status: 200, counts: answer.counts });
    const meta = { asOf: new Date().toISOString(), ...(row.changes && { dryRun }), ...answer.meta };
    return { status: 200, body: { data: answer.data, meta } };
  } catch (error) {
    await recordFailure(database, call, error);
    throw error;
  }
}

interface ReadCall {
  readonly request: AdminRequest;
  readonly parameters: unknown;
  readonly dryRun: boolean;
  readonly key: string | undefined;
}

async function perform(
  { route, database, remainingMilliseconds }: CallDependencies,
  event: APIGatewayProxyEventV2,
  { request, parameters, dryRun, key }: ReadCall,
): Promise<{ readonly answer: AdminAnswer; readonly isRepeated: boolean }> {
  const hasTime = () => remainingMilliseconds() > RESERVE_MS;
  const answerNow = () => route.answer(parameters, { database, dryRun, hasTime });
  if (key === undefined) return { answer: await answerNow(), isRepeated: false };
  let isRepeated = true;
  const asked = JSON.stringify([event.routeKey, request.path, request.query.toString(), request.body]);
  const context = { getRemainingTimeInMillis: remainingMilliseconds };
  const answer = await callOnce({ key, request: asked }, context, () => {
    isRepeated = false;
    return answerNow();
  });
  return { answer: answer as AdminAnswer, isRepeated };
}

/** The error is what is answered, also when the audit cannot be reached: the row `begun` then has no end. */
async function recordFailure(database: () => Sql, call: AuditedCall, error: unknown): Promise<void> {
  const status = error instanceof RequestError ? error.problem.status : 500;
  const outcome: CallOutcome['outcome'] = status < 500 ? 'refused' : 'failed';
  try {
    await recordCall(database(), call, { outcome, status, counts: {} });
  } catch (auditError) {
    logger.error('call could not be audited', { requestId: call.requestId, error: reduceError(auditError) });
  }
}
