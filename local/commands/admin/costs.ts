import type { Outputs } from '../../describe-outputs.ts';
import { formatTable } from '../format-table.ts';
import { callAdmin } from './call-admin.ts';

interface Priced {
  readonly bytes: number;
  readonly monthlyCost: string | null;
}

interface Costs {
  readonly events: Priced & {
    readonly types: readonly (Priced & {
      readonly type: string;
      readonly rows: number;
      readonly share: number;
      readonly bytesPerEvent: number | null;
    })[];
  };
  readonly tables: readonly (Priced & { readonly name: string })[];
  readonly total: Priced;
}

/** What the events of each type occupy, then the other tables. */
export async function showCosts(outputs: Outputs): Promise<string> {
  const { data, meta } = await callAdmin<Costs>(outputs, 'GET', '/costs');
  const { events, tables, total } = data;
  const byType = formatTable(
    ['type', 'rows', 'bytes', 'share', 'bytes an event', 'a month'],
    [
      ...events.types.map((row) => [
        ...[row.type, row.rows, row.bytes, `${(row.share * 100).toFixed(1)} %`, row.bytesPerEvent, row.monthlyCost],
      ]),
      ['analytics_events', null, events.bytes, null, null, events.monthlyCost],
    ],
  );
  const others = formatTable(
    ['table', 'bytes', 'a month'],
    [
      ...tables.map(({ name, bytes, monthlyCost }) => [name, bytes, monthlyCost]),
      ['all with the events', total.bytes, total.monthlyCost],
    ],
  );
  const notes = (meta as { readonly notes?: readonly string[] }).notes ?? [];
  return `${byType}\n${others}${notes.map((note) => `${note}\n`).join('')}`;
}
