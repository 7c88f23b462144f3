import type { PersonalPlace } from '#core/audit/find-personal.ts';
import type { Finding } from '#db/audit/record-findings.ts';

type Origin = Pick<Finding, 'table_name' | 'column_name' | 'row_place'>;

/** Counts what was found in one value: a finding per place, which keeps the first row it was in. */
export function collectFindings(findings: Map<string, Finding>, at: Origin, places: readonly PersonalPlace[]): void {
  for (const { path, detector } of places) {
    const key = JSON.stringify([at.table_name, at.column_name, path, detector]);
    const known = findings.get(key);
    const row_place = known?.row_place ?? at.row_place;
    findings.set(key, { ...at, path, detector, row_place, found: (known?.found ?? 0) + 1 });
  }
}
