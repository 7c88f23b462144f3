import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Whole ten-thousandths of a pound. */
type Amount = bigint;

interface Line {
  readonly invoice: string;
  readonly product: string;
  readonly units: number;
  readonly month: string;
  readonly amount: Amount;
}

/**
 * What `/returns` must answer of the UCI Online Retail rows, from the file itself by plain summation: invoices that begin
 * with C take goods back, others sell. A row of the wrong sign, or sold for nothing, is a write-off; `A` adjusts bad debt.
 */
export function sumReturnsOfTheSet(file: string) {
  const [, ...rows] = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  const lines = rows.map(readLine);
  const back = lines.filter(({ invoice, units }) => invoice.startsWith('C') && units < 0);
  const sold = lines.filter(({ invoice, units, amount }) => /^\d/.test(invoice) && units > 0 && amount > 0n);
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

function shown(amount: Amount): string {
  const text = amount.toString().padStart(5, '0');
  const fraction = text.slice(-4).replace(/0+$/, '').padEnd(2, '0');
  return `${text.slice(0, -4)}.${fraction}`;
}
