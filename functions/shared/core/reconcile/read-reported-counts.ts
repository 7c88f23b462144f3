import { AnalyticsError } from '../errors.ts';
import { normalizeInstant } from '../instant.ts';

/** What a publisher says that it sent: events of distinct identity with a `time` in [from, to). */
export interface ReportedCount {
  readonly source: string;
  readonly type: string;
  /** RFC 3339 in UTC. */
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

/**
 * The payload's `counts`, none where there is none.
 * @throws {AnalyticsError} naming the item and field that is malformed
 */
export function readReportedCounts(value: unknown): ReportedCount[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new AnalyticsError('counts: expected a list of {source, type, from, to, count}');
  return value.map((item: Partial<Record<string, unknown>> | null, index) => {
    const at = (field: string) => `counts[${index}].${field}`;
    const from = readInstant(item?.from, at('from'));
    const to = readInstant(item?.to, at('to'));
    if (from >= to) throw new AnalyticsError(`${at('to')}: expected an instant after from`);
    const count = item?.count;
    if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
      throw new AnalyticsError(`${at('count')}: expected a whole number of 0 or more`);
    }
    return { source: readText(item?.source, at('source')), type: readText(item?.type, at('type')), from, to, count };
  });
}

function readText(value: unknown, place: string): string {
  if (typeof value === 'string' && value !== '' && value.isWellFormed() && !value.includes('\0')) return value;
  throw new AnalyticsError(`${place}: expected a text`);
}

function readInstant(value: unknown, place: string): string {
  const instant = typeof value === 'string' ? normalizeInstant(value) : null;
  if (instant === null) throw new AnalyticsError(`${place}: expected an RFC 3339 instant with offset`);
  return instant;
}
