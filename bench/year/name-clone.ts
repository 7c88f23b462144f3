import { DAY } from '../../local/sample/cloud-event.ts';

/** Days of the seed; thirteen of its periods are a year. Whole weeks, so that weekdays keep their rhythm. */
export const PERIOD_DAYS = 28;
export const PERIODS = 13;
/** Dates that the seed's rows may hold from its first day on: parcels are estimated after its end. */
const DATES = PERIOD_DAYS + 21;

/** A copy of the seed: another period, other orders and sessions; customers come back after some periods, products stay. */
export interface Clone {
  /** 0 is the newest. */
  readonly period: number;
  /** Which of the copies in its period. */
  readonly layer: number;
}

export interface CloneNames {
  /** What takes the place of the seed's dates, one by one. */
  readonly dates: readonly string[];
  readonly clone: string;
  readonly customers: string;
  readonly products: string;
}

const digits = (number: number, length: number) => String(number).padStart(length, '0');

/** Dates (UTC) that the seed's rows hold. */
export function datesFrom(start: Date): string[] {
  return Array.from({ length: DATES }, (_, day) => new Date(start.getTime() + day * DAY).toISOString().slice(0, 10));
}

/** Fixed widths, so that names compare within a copy as they do within the seed. */
export function namesOf({ period, layer }: Clone, seedStart: Date): CloneNames {
  return {
    dates: datesFrom(new Date(seedStart.getTime() - period * PERIOD_DAYS * DAY)),
    clone: `r${digits(period, 2)}${digits(layer, 4)}`,
    // An odd number of groups: with the weeks of a month they meet other products and days each time
    customers: `g${period % 3}${digits(layer, 4)}`,
    products: digits(layer, 4),
  };
}

/** The copy's text of a seed's event, as a producer would have sent it: the meaning of `fillYear`'s set-based renaming. */
export function renameEvent(json: string, run: string, seedStart: Date, clone: Clone): string {
  const names = namesOf(clone, seedStart);
  const seedDates = datesFrom(seedStart);
  return json
    .replace(new RegExp(`\\b(C|anon)-${run}-(\\d+)-(registered|changed)\\b`, 'g'), `$1-${names.clone}-$2-$3`)
    .replace(new RegExp(`\\b(C|anon)-${run}-`, 'g'), `$1-${names.customers}-`)
    .replaceAll(run, names.clone)
    .replace(/\bP(\d{4})\b/g, `P$1-${names.products}`)
    .replace(/\d{4}-\d\d-\d\d/g, (date) => names.dates[seedDates.indexOf(date)] ?? date);
}
