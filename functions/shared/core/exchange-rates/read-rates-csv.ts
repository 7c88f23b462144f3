import { isDate } from '#core/instant.ts';
import { BadRates, isCurrency, type PublishedRates, readRate } from './published-rates.ts';

/** The European Central Bank's are of one euro. */
const BASE = 'EUR';

/**
 * The European Central Bank's `eurofxref-hist.csv`: a header `Date,USD,JPY,…`, then a row a day; `N/A` or nothing where there is
 * no rate. @see https://www.ecb.europa.eu/stats/eurofxref/
 * @throws {BadRates} naming the row and column that is wrong
 */
export function readRatesCsv(text: string): PublishedRates[] {
  const [header = [], ...rows] = text.split(/\r?\n/).map(cellsOf);
  const [first, ...currencies] = header;
  if (first?.replace('\ufeff', '') !== 'Date') throw new BadRates('row 1: expected "Date" and then currencies');
  for (const [index, currency] of currencies.entries()) {
    if (!isCurrency(currency) || currency === BASE)
      throw new BadRates(`row 1, column ${index + 2}: expected an ISO 4217 code other than ${BASE}`);
  }
  return rows.flatMap((cells, index) => (cells.length === 0 ? [] : readRow(cells, currencies, `row ${index + 2}`)));
}

function readRow(
  [day = '', ...values]: readonly string[],
  currencies: readonly string[],
  place: string,
): PublishedRates {
  if (!isDate(day)) throw new BadRates(`${place}: expected a date (YYYY-MM-DD) first`);
  if (values.length > currencies.length) throw new BadRates(`${place}: expected ${currencies.length} rates at most`);
  const rates = new Map<string, string>();
  for (const [index, currency] of currencies.entries()) {
    const value = values[index] ?? '';
    if (value === '' || value === 'N/A') continue;
    const rate = readRate(value);
    if (rate === undefined)
      throw new BadRates(`${place}, ${currency}: expected a number above 0 of at most 12 decimals, or N/A`);
    rates.set(currency, rate);
  }
  return { day, base: BASE, rates };
}

/** The bank ends its lines with a comma. */
const cellsOf = (line: string): string[] => {
  const cells = line.split(',').map((cell) => cell.trim());
  return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
};
