import type { EventData, MaskedEvent } from '../event.ts';
import { versioned, versionOf } from '../facts.ts';
import type { TypeRows } from '../rows.ts';

type Spend = EventData['marketing.spend.recorded v1'];

export function toRows(event: MaskedEvent<Spend>): TypeRows {
  const { spend_date, amount, currency, source, medium, campaign, channel, impressions, clicks } = event.data;
  const version = versionOf(event, 0);
  return {
    amount,
    facts: [
      {
        table: 'spend',
        key: version, // each event is money of its own: spends of a day add up
        earliest: {},
        latest: versioned(version, {
          ...{ spend_date, amount, currency, source, medium, campaign, channel, impressions, clicks },
        }),
      },
    ],
  };
}
