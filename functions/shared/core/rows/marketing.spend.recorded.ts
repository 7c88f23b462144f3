import type { MaskedEvent } from '../event.ts';
import { versioned, versionOf } from '../facts.ts';
import type { TypeRows } from '../rows.ts';

interface Spend {
  /** `YYYY-MM-DD` */
  readonly spend_date: string;
  readonly amount: string;
  readonly currency: string;
  readonly source?: string;
  readonly medium?: string;
  readonly campaign?: string;
  readonly channel?: string;
  readonly impressions?: number;
  readonly clicks?: number;
}

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
