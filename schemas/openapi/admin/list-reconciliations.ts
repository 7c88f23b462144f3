import { reconciliationKinds, reconciliationStatuses } from '#contract/reconciliations.ts';
import {
  type AdminDocumentation,
  closed,
  count,
  instant,
  listOf,
  oneOf,
  orNull,
  parameter,
  quantity,
  rate,
  rowId,
  text,
  textOrNull,
} from '../parts.ts';
import { page, paged } from '../shared.ts';

const kind = oneOf(reconciliationKinds);
const status = oneOf(reconciliationStatuses);

export const documentation: AdminDocumentation = {
  summary: 'What should be stored and is not, the newest finding first',
  parameters: [parameter('kind', kind, 'What was compared with'), parameter('status', status, 'Its status'), ...page],
  data: listOf(
    closed({
      ...{ id: rowId, kind, type: text, source: textOrNull, aggregateId: textOrNull },
      ...{ from: orNull(instant), to: orNull(instant), expected: quantity, found: quantity },
      missing: { ...quantity, description: 'Below 0: more than reported' },
      deadLettered: orNull(count),
      probability: { ...orNull(rate), description: 'Of a rate: that so few come when none is lost' },
      ...{ status, firstSeenAt: instant, lastSeenAt: instant, resolvedAt: orNull(instant) },
    }),
    { maxItems: 500 },
  ),
  meta: paged,
};
