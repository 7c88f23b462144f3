import type { EventData, MaskedEvent } from '../event.ts';
import { joinKey, versioned, versionOf } from '../facts.ts';
import type { TypeRows } from '../rows.ts';

type Report = EventData['analytics.reconciliation.reported v1'];

export function toRows(event: MaskedEvent<Report>): TypeRows {
  const { counted_type: type, counted_source, period_from: from, period_to: to, count } = event.data;
  const source = counted_source ?? event.source;
  return {
    facts: [
      {
        table: 'reported_counts',
        key: joinKey(source, type, from, to), // a later report on the same corrects it
        earliest: {},
        latest: versioned(versionOf(event, 0), { source, type, from, to, count }),
      },
    ],
  };
}
