import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Whole ten-thousandths of a pound. */
export type Amount = bigint;

export interface Line {
  readonly invoice: string;
  readonly product: string;
  readonly units: number;
  readonly month: string;
  readonly amount: Amount;
}

/**
 * The UCI Online Retail rows from the file itself: invoices that begin with C take goods back, others sell. A row of the
 * wrong sign, or sold for nothing, is a write-off; `A` adjusts bad debt.
 */
export function readLinesOfTheSet(file: string) {
  const [, ...rows] = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  const lines = rows.map(readLine);
  return {
    back: lines.filter(({ invoice, units }) => invoice.startsWith('C') && units < 0),
    sold: lines.filter(({ invoice, units, amount }) => /^\d/.test(invoice) && units > 0 && amount > 0n),
  };
}

/** What `/returns` must answer, by plain summation. */
export function sumReturnsOfTheSet(file: string) {
  const { back, sold } = readLinesOfTheSet(file);
  const monthOf = new Map<string, string>();
  for (const { invoice, month } of back) {
    const known = monthOf.get(invoice);
    monthOf.set(invoice, known === undefined || month < known ? month : known);
  }
  const money = (of: readonly Line[]) => of.reduce((sum, { amount }) => sum + amount, 0n);
  const units = (of: readonly Line[]) => of.reduce((sum, line) => sum + Math.abs(line.units), 0);
  const invoices = (of: readonly Line[]) => new Set(of.map(({ invoice }) => invoice)).size;
  const sums = (of: readonly Line[]) => ({ returns: invoices(of), units: units(of), refunds: shown(-money(of)) });
  const soldOf = Map.groupBy(sold, ({ product }) => product);
  return {
    ...sums(back),
    rates: {
      orders: invoices(back) / invoices(sold),
      units: units(back) / units(sold),
      value: Number(-money(back)) / Number(money(sold)),
    },
    months: [...Map.groupBy(back, ({ invoice }) => monthOf.get(invoice) ?? '')]
      .map(([month, of]) => ({ month, ...sums(of) }))
      .toSorted((a, b) => (a.month < b.month ? -1 : 1)),
    products: [...Map.groupBy(back, ({ product }) => product)]
      .map(([productId, of]) => {
        const ordered = units(soldOf.get(productId) ?? []);
        const rate = ordered > 0 ? units(of) / ordered : null;
        return { productId, units: units(of), amount: shown(-money(of)), rate };
      })
      .toSorted((a, b) => b.units - a.units || (a.productId < b.productId ? -1 : 1)),
  };
}

function readLine(row: string): Line {
  const fields = [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  const [invoice = '', product = '', , quantity = '', date = '', price = ''] = fields;
  const [whole = '', fraction = ''] = price.split('.');
  const unitPrice = BigInt(whole + fraction.padEnd(4, '0'));
  return { invoice, product, units: Number(quantity), month: date.slice(0, 7), amount: BigInt(quantity) * unitPrice };
}

/** As answers write pounds. */
export function shown(amount: Amount): string {
  const text = amount.toString().padStart(5, '0');
  const fraction = text.slice(-4).replace(/0+$/, '').padEnd(2, '0');
  return `${text.slice(0, -4)}.${fraction}`;
}
