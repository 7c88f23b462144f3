import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reportFigure } from '../faults/run-trials.ts';
import { type Answer, askRoute, type Question, readQuestion } from './ask-route.ts';
import { channelsByHand } from './channels.ts';
import { overviewByHand } from './dashboard-overview.ts';
import { foldByHand, type HandFacts } from './fold-by-hand.ts';
import { inventoryByHand } from './inventory.ts';
import { type Publication, publications, publishRates, storeWithRates } from './make-rates.ts';
import { STREAM_FROM, STREAM_TO, streams } from './make-stream.ts';
import { marketingByHand } from './marketing.ts';
import { ordersByHand } from './orders.ts';
import { productsByHand } from './products-performance.ts';
import { useRates } from './rates-by-hand.ts';
import { realtimeByHand } from './realtime.ts';
import { returnsByHand } from './returns.ts';
import { revenueByHand } from './revenue.ts';
import { createStreamDatabase, type StreamDatabase } from './stream-database.ts';
import { streamRuns } from './stream-runs.ts';

type ByHand = (facts: HandFacts, question: Question, answer: Answer) => { data: object; unconverted: number };

interface Oracle {
  readonly byHand: ByHand;
  readonly parameters: Record<string, readonly string[]>;
  /** Its period ends now: it takes neither from nor to. */
  readonly endsNow?: boolean;
}

/** Each route with its oracle, plain code over the events, and the parameters that it has besides from, to and timezone. */
const routes: Record<string, Oracle> = {
  revenue: {
    byHand: revenueByHand,
    parameters: {
      granularity: ['hour', 'day', 'week', 'month'],
      lens: ['processed_date', 'order_date'],
      groupBy: ['channel', 'country'],
      channel: ['web', 'unknown'],
      compare: ['previous_period'],
    },
  },
  'dashboard-overview': {
    byHand: overviewByHand,
    parameters: { channel: ['web', 'unknown'], compare: ['previous_period'] },
  },
  'products-performance': {
    byHand: productsByHand,
    parameters: {
      channel: ['web', 'unknown'],
      sort: [
        'units',
        'orders',
        'views',
        'carts',
        'returnedUnits',
        'returnRate',
        'viewToCart',
        'cartToOrder',
        'viewToOrder',
      ],
      limit: ['2', '500'],
    },
  },
  inventory: { byHand: inventoryByHand, parameters: { channel: ['web', 'unknown'], limit: ['2'] } },
  orders: {
    byHand: ordersByHand,
    parameters: {
      granularity: ['hour', 'day', 'week', 'month'],
      channel: ['web', 'unknown'],
      compare: ['previous_period'],
    },
  },
  returns: {
    byHand: returnsByHand,
    parameters: {
      granularity: ['hour', 'day', 'week', 'month'],
      channel: ['web', 'unknown'],
      compare: ['previous_period'],
    },
  },
  channels: {
    byHand: channelsByHand,
    parameters: {
      lens: ['processed_date', 'order_date'],
      channel: ['web', 'unknown'],
      compare: ['previous_period'],
    },
  },
  marketing: {
    byHand: marketingByHand,
    parameters: {
      model: ['first', 'last', 'last_non_direct', 'linear', 'position', 'time_decay'],
      channel: ['web', 'unknown'],
      compare: ['previous_period'],
      limit: ['2'],
    },
  },
  realtime: {
    byHand: realtimeByHand,
    parameters: { window: ['60', '45', '60', '15', '60', '1'], channel: ['unknown', 'web'], limit: ['2'] },
    endsNow: true,
  },
};

const runs = streamRuns(40);
const STREAMS = runs.numRuns;
const ONLY = process.env.ORACLE_ROUTE;

let db: StreamDatabase;
beforeAll(async () => {
  db = await createStreamDatabase();
});
afterAll(() => db.drop());

const utc = (at: number) => new Date(at).toISOString();
const between = (step: number, shown: (at: number) => string) =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: Math.ceil((STREAM_TO - STREAM_FROM) / step) }), {
      minLength: 2,
      maxLength: 2,
    })
    .map((marks) => marks.toSorted((a, b) => a - b).map((mark) => shown(STREAM_FROM + mark * step)))
    .map(([from = '', to = '']) => ({ from, to }));
/** Whole days (read from daily rollups), whole hours (from hourly ones), any other edges, all of it, and months around it. */
const ranges = fc.oneof(
  fc.constant({ from: '2026-10-20', to: '2026-10-31' }),
  fc.constant({ from: '2026-09-29', to: '2026-11-03' }),
  between(86_400_000, (at) => utc(at).slice(0, 10)),
  between(3_600_000, utc),
  between(900_000, utc),
);
const zones = fc.constantFrom('Europe/Berlin', 'Europe/Berlin', 'UTC', 'Asia/Kolkata', 'Australia/Lord_Howe');

const MOST_PARAMETERS = 8;
const asked = fc.record({
  range: ranges,
  timezone: zones,
  currency: fc.constantFrom(undefined, 'EUR', 'USD', 'GBP', 'CHF'), // nothing is sold in francs
  picks: fc.array(fc.nat(1_000), { minLength: MOST_PARAMETERS, maxLength: MOST_PARAMETERS }),
});

type Asked = typeof asked extends fc.Arbitrary<infer Value> ? Value : never;

/** Of each parameter one of its values, or none. */
function choose(parameters: Record<string, readonly string[]>, picks: readonly number[]) {
  const chosen = Object.entries(parameters).flatMap(([name, values], index) => {
    const pick = (picks[index] ?? 0) % (values.length + 1);
    const value = values[pick];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(chosen);
}

test(`every field of every route is what plain code makes of the events (${STREAMS} streams)`, async () => {
  let cells = 0;
  await fc.assert(
    fc.asyncProperty(streams, publications, asked, asked, async (stream, rates, first, second) => {
      await storeWithRates(db, stream, rates);
      const facts = foldByHand(stream.events);
      cells += await compareRoutes(
        facts,
        rates.filter(({ arrives }) => arrives < 2),
        first,
      );
      await publishRates(db.writer, rates, 2); // all days are rolled up
      cells += await compareRoutes(facts, rates, second);
    }),
    runs,
  );
  reportFigure({
    what: 'every field of every route against plain code',
    trials: STREAMS,
    figure: `${cells} cells, differing 0`,
    target: '0 differ',
  });
  console.log(`${STREAMS} streams, ${cells} cells compared, differing 0`);
}, 600_000);

async function compareRoutes(
  facts: HandFacts,
  rates: readonly Publication[],
  { range, timezone, currency, picks }: Asked,
): Promise<number> {
  let cells = 0;
  for (const [name, { byHand, parameters, endsNow }] of Object.entries(routes)) {
    if (ONLY !== undefined && ONLY !== name) continue;
    const words = {
      ...(endsNow ? {} : range),
      ...{ timezone, ...(currency && { currency }), ...choose(parameters, picks) },
    };
    const answer = await askRoute(db.reader, name, words);
    useRates(rates, currency ?? 'EUR');
    const expected = byHand(facts, readQuestion({ ...range, ...words }), answer);
    expect({ route: name, ...words, data: answer.data }).toEqual({ route: name, ...words, data: expected.data });
    expect({ route: name, unconverted: answer.meta.unconverted }).toEqual({
      route: name,
      unconverted: expected.unconverted,
    });
    cells += countCells(answer.data);
  }
  return cells;
}

function countCells(value: unknown): number {
  if (value === null || typeof value !== 'object') return 1;
  return Object.values(value).reduce<number>((sum, part) => sum + countCells(part), 0);
}
