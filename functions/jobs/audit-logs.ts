import type { Sql } from 'postgres';
import { findPersonal } from '#core/audit/find-personal.ts';
import { findPersonalInLine } from '#core/audit/find-personal-in-line.ts';
import { reduceError } from '#core/errors.ts';
import type { LogPosition, LogPositions } from '#db/audit/read-log-positions.ts';
import { type Finding, recordFindings } from '#db/audit/record-findings.ts';
import { filterLogEvents, type LogEvent } from '#runtime/filter-log-events.ts';
import { logger } from '#runtime/observability.ts';
import { collectFindings } from './collect-findings.ts';

/** Lambda hands over what a function logs within seconds: a line that comes later than this after its time is not read. */
const DELIVERY_MILLISECONDS = 300_000;

export type LogOutcome = {
  /** Of all groups, up to the beginning of the pass. */
  readonly isRead: boolean;
  /** Else there was no time for all. What CloudWatch refused is left to the next pass, which begins where this one did. */
  readonly isDone: boolean;
  readonly events: number;
  readonly groups: LogPositions;
};

export interface LogAudit {
  readonly groups: readonly string[];
  /** RFC 3339. */
  readonly passStartedAt: string;
  /** A group without one is read from its oldest event on. */
  readonly positions: LogPositions;
  /** Texts in lower case that must be nowhere, besides what the detectors know. */
  readonly canaries: readonly string[];
  readonly hasTime: () => boolean;
}

/**
 * Reads what was logged since each group was last read to the end, as far as there is time, and records what was found.
 * A group that cannot be read is logged and costs the others nothing.
 */
export async function auditLogs(sql: Sql, audit: LogAudit): Promise<LogOutcome> {
  const { passStartedAt, positions, canaries, hasTime } = audit;
  const to = new Date(Date.parse(passStartedAt) - DELIVERY_MILLISECONDS);
  const findings = new Map<string, Finding>();
  const groups: Record<string, LogPosition> = {};
  let events = 0;
  let isRead = true;
  let isDone = true;

  for (const group of audit.groups) {
    const { readUntil, token: first } = positions[group] ?? { readUntil: null, token: null };
    const from = readUntil === null ? 0 : Date.parse(readUntil);
    let token = first;
    let isAtEnd = from >= to.getTime();
    let isRefused = false;
    try {
      while (!isAtEnd && hasTime()) {
        const page = await filterLogEvents({ group, from, to: to.getTime(), token });
        events += page.events.length;
        for (const event of page.events) inspectEvent(group, event, canaries, findings);
        token = page.token;
        isAtEnd = token === null;
      }
    } catch (error) {
      logger.error('logs were not read', { logGroup: group, error: reduceError(error) });
      isRefused = true;
      token = null; // it may be what was refused: they are forgotten after a day
    }
    isRead &&= isAtEnd;
    isDone &&= isAtEnd || isRefused;
    groups[group] = isAtEnd ? { readUntil: to.toISOString(), token: null } : { readUntil, token };
  }
  await recordFindings(sql, passStartedAt, [...findings.values()]);
  return { isRead, isDone, events, groups };
}

/** A finding's place: the group, the stream, the way to it within the line, and the moment of the first such line. */
function inspectEvent(
  group: string,
  { stream, timestamp, message }: LogEvent,
  canaries: readonly string[],
  findings: Map<string, Finding>,
): void {
  const inName = findPersonal(stream, 'stream', canaries);
  const column_name = inName.length > 0 ? '*' : stream;
  const at = { table_name: group, column_name, row_place: new Date(timestamp).toISOString() };
  collectFindings(findings, at, [...inName, ...findPersonalInLine(message, canaries)]);
}
