import { type Line, readLinesOfTheSet, shown } from './returns-of-the-set.ts';

/** What `/products/performance` must answer of orders and returns, by plain summation of the file's rows. */
export function sumProductsOfTheSet(file: string) {
  const { back, sold } = readLinesOfTheSet(file);
  const units = (of: readonly Line[]) => of.reduce((sum, line) => sum + Math.abs(line.units), 0);
  const backOf = Map.groupBy(back, ({ product }) => product);
  const soldOf = Map.groupBy(sold, ({ product }) => product);
  const rows = [...new Set([...soldOf.keys(), ...backOf.keys()])]
    .map((productId) => {
      const lines = soldOf.get(productId) ?? [];
      const gross = lines.reduce((sum, { amount }) => sum + amount, 0n);
      const returnedUnits = units(backOf.get(productId) ?? []);
      const ordered = units(lines);
      return {
        ...{ productId, orders: new Set(lines.map(({ invoice }) => invoice)).size, units: ordered, gross },
        ...{ returnedUnits, returnRate: ordered > 0 ? returnedUnits / ordered : null },
      };
    })
    .toSorted((a, b) => (a.gross > b.gross ? -1 : a.gross < b.gross ? 1 : a.productId < b.productId ? -1 : 1));
  const total = rows.reduce((sum, { gross }) => sum + gross, 0n);
  let above = 0n;
  return rows.map(({ gross, ...row }) => {
    const abcClass = above * 100n < total * 80n ? 'A' : above * 100n < total * 95n ? 'B' : 'C';
    above += gross;
    return { ...row, gross: shown(gross), abcClass };
  });
}
