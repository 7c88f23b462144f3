import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { REPLAY_NAME_PREFIX, ruleName } from '#contract/event-types.ts';
import { ServiceUnavailable, StateConflict } from '#core/admin-problems.ts';
import { errorCode } from '#core/classify-error.ts';
import { reduceError } from '#core/errors.ts';
import { BadParameter } from '#core/problem.ts';
import { readInstant, readParameters } from '#core/query-parameters.ts';
import { countKnown } from '#db/replays/count-known.ts';
import { insertReplay } from '#db/replays/insert-replay.ts';
import { updateReplay } from '#db/replays/update-replay.ts';
import { describeArchive, isLimit, isRefusal, startReplay } from '#runtime/event-replays.ts';
import { distrustRecords } from '#runtime/idempotency-records.ts';
import { logger } from '#runtime/observability.ts';
import type { AdminRoute } from '../admin-route.ts';
import { planReplay, type ReplayPlan, type ReplayRequest, readTypes } from '../plan-replay.ts';
import { readBody } from '../read-body.ts';
import { tellKnown } from '../tell-replay.ts';

/** Sends events of the bus archive again, to the rules of their types. What is stored already changes nothing. */
export const route: AdminRoute<ReplayRequest> = {
  read: ({ query, body, zone }) => {
    readParameters(query, []);
    const members = readBody(body, ['from', 'to', 'types'], ['types']);
    const read = (name: 'from' | 'to') => {
      const instant = readInstant(members, name, zone);
      if (instant === undefined) throw new BadParameter(name, 'expected a date or an RFC 3339 date-time with offset');
      return new Date(instant.epochMilliseconds);
    };
    const [from, to] = [read('from'), read('to')];
    if (from >= to) throw new BadParameter('from', 'expected before to');
    return { from, to, types: readTypes(members.get('types')) };
  },
  audited: ({ from, to, types }) => ({ from: from.toISOString(), to: to.toISOString(), types: types.join(',') }),
  answer: async (request, { database, dryRun }) => {
    const archive = await asked('the archive could not be described', describeArchive);
    const plan = planReplay(request, archive, new Date());
    const { keptSince, notes, ...range } = plan;
    const byType = await countKnown(database(), range);
    const knownBefore = Object.values(byType).reduce((sum, events) => sum + events, 0);
    const told = { from: range.from.toISOString(), to: range.to.toISOString(), types: range.types };
    const known = tellKnown(knownBefore);
    if (dryRun) {
      const { name, retentionDays, events, bytes } = archive;
      const data = {
        ...told,
        rules: range.types.map(ruleName),
        known: { ...known, byType },
        archive: { name, retentionDays, keptSince: keptSince.toISOString(), events, bytes },
      };
      return { data, meta: { notes }, counts: { known: knownBefore } };
    }
    const id = await begin(database(), plan, knownBefore);
    return { data: { id, ...told, status: 'running', known }, meta: { notes }, counts: { known: knownBefore } };
  },
};

/**
 * Written down first, so that retention knows of it before its events come. Records of what was stored before are not
 * believed from now on: what the database has lost since would else be taken for a duplicate.
 */
async function begin(sql: Sql, { from, to, types }: ReplayPlan, knownBefore: number): Promise<string> {
  await asked('idempotency records could not be set aside', distrustRecords);
  const name = `${REPLAY_NAME_PREFIX}${randomUUID()}`;
  const id = await insertReplay(sql, { name, from, to, types, knownBefore });
  try {
    await startReplay({ name, from, to, types });
    return id;
  } catch (error) {
    logger.error('the replay could not be started', { replay: id, error: reduceError(error) });
    // Otherwise it may have begun all the same, and is followed
    if (isRefusal(error)) await updateReplay(sql, id, refused(error));
    if (isLimit(error)) throw new StateConflict('EventBridge runs as many replays as it may: wait for one to end');
    throw new ServiceUnavailable(NOT_BEGUN);
  }
}

const refused = (error: unknown) => ({
  ...({ status: 'failed', state: 'REFUSED', reason: errorCode(error) } as const),
  ...{ replayedUntil: null, endedAt: new Date() },
});

const NOT_BEGUN = 'EventBridge or DynamoDB did not take part: try again; what comes twice changes nothing';

async function asked<Value>(failure: string, ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (error) {
    logger.error(failure, { error: reduceError(error) });
    throw new ServiceUnavailable(NOT_BEGUN);
  }
}
