import { metrics as metricNames } from '#contract/metrics.ts';
import { BadRates, type PublishedRates } from '#core/exchange-rates/published-rates.ts';
import { readRatesCsv } from '#core/exchange-rates/read-rates-csv.ts';
import { readRatesJson } from '#core/exchange-rates/read-rates-json.ts';
import { isDate } from '#core/instant.ts';
import { countOrdersWithoutRate, readRatesState } from '#db/exchange-rates/read-rates-state.ts';
import { readSettings } from '#runtime/config.ts';
import { database } from '#runtime/database.ts';
import { jobHandler, type Payload } from '#runtime/job-handler.ts';
import { metrics } from '#runtime/observability.ts';
import { storeRates } from './store-rates.ts';

const settings = readSettings(['ANALYTICS_TIME_ZONE', 'ANALYTICS_CURRENCY', 'FX_RATES_URL']);

/** Of a file those days are read again in which the bank may have mended something; the first time a year and more. */
const AGAIN_DAYS = 14;
const FIRST_DAYS = 400;
/** How far back orders without a rate are looked for. */
const LOOK_BACK_DAYS = 30;

/**
 * Stores exchange rates: those in the payload ({rates: […]} or {csv: "…"}, with `source`), else those of the file that the
 * setting FX_RATES_URL names, from `since` (YYYY-MM-DD) on.
 */
export const handler = jobHandler('fx-rates', async (payload, { scheduledAt }) => {
  const isEntered = payload.rates !== undefined || payload.csv !== undefined;
  const source = readSource(payload, isEntered);
  const all = isEntered ? readGiven(payload) : await readFile();
  const since = await readSince(payload, isEntered, scheduledAt);
  const published = all.filter(({ day }) => day >= since);
  const changed = await storeRates(database(), published, { source, isEntered });

  const ordersWithoutRate = await countOrdersWithoutRate(database(), {
    ...{ now: scheduledAt, days: LOOK_BACK_DAYS, zone: settings.ANALYTICS_TIME_ZONE },
    currency: settings.ANALYTICS_CURRENCY,
  });
  metrics.addMetric(metricNames.ordersWithoutRate, 'Count', ordersWithoutRate);
  const { newest } = await readRatesState(database());
  return { days: published.length, changed, newest, ordersWithoutRate, isConfigured: settings.FX_RATES_URL !== '' };
});

function readGiven({ rates, csv }: Payload): PublishedRates[] {
  if (rates !== undefined && csv !== undefined) throw new BadRates('rates, csv: expected one of them');
  if (csv === undefined) return readRatesJson(rates);
  if (typeof csv !== 'string') throw new BadRates('csv: expected text');
  return readRatesCsv(csv);
}

async function readFile(): Promise<PublishedRates[]> {
  if (settings.FX_RATES_URL === '') return [];
  const { readRatesObject } = await import('#runtime/read-rates-object.ts');
  const text = await readRatesObject(settings.FX_RATES_URL);
  return text.trimStart().startsWith('{') ? readRatesJson(parse(text)) : readRatesCsv(text);
}

function parse(text: string): unknown {
  try {
    return (JSON.parse(text) as { rates?: unknown }).rates;
  } catch {
    throw new BadRates('the file of rates: expected JSON, or CSV that begins with Date'); // its message would quote the text
  }
}

function readSource({ source }: Payload, isEntered: boolean): string {
  if (source === undefined) return isEntered ? 'entered' : 'file';
  if (typeof source === 'string' && /^[\p{L}\p{N} ._:/-]{1,100}$/u.test(source)) return source;
  throw new BadRates('source: expected 1 to 100 letters, digits, spaces or . _ : / -');
}

async function readSince({ since }: Payload, isEntered: boolean, now: Date): Promise<string> {
  if (since !== undefined) {
    if (typeof since === 'string' && isDate(since)) return since;
    throw new BadRates('since: expected a date (YYYY-MM-DD)');
  }
  if (isEntered) return '';
  const { newest } = await readRatesState(database());
  return newest === null ? daysBefore(now, FIRST_DAYS) : daysBefore(new Date(newest), AGAIN_DAYS);
}

const daysBefore = (at: Date, days: number): string =>
  new Date(at.getTime() - days * 86_400_000).toISOString().slice(0, 10);
