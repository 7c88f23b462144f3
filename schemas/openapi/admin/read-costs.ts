import { notes } from '../admin-parts.ts';
import { type AdminDocumentation, closed, count, listOf, orNull, rate, text, textOrNull } from '../parts.ts';

const bytes = count;
const monthlyCost = {
  ...textOrNull,
  description: 'Null unless the setting `STORAGE_PRICE_PER_GIB_MONTH` says what a GiB costs in a month',
};

export const documentation: AdminDocumentation = {
  summary: 'What storage each event type and each table occupies',
  data: closed({
    events: closed({
      relation: text,
      bytes,
      isEstimated: { type: 'boolean' },
      types: listOf(
        closed({ ...{ type: text, rows: count, bytes, share: rate }, bytesPerEvent: orNull(count), monthlyCost }),
      ),
      monthlyCost,
    }),
    tables: listOf(closed({ name: text, bytes, monthlyCost })),
    total: closed({ bytes, monthlyCost }),
    pricePerGibMonth: textOrNull,
  }),
  meta: notes,
};
