import { compareText } from './compare-text.ts';

export interface Partition {
  readonly name: string;
  readonly bytes: number;
}

export interface Weight {
  readonly partition: string;
  readonly type: string;
  /** Rows seen, and their bytes. */
  readonly rows: number;
  readonly bytes: number;
}

export interface TypeStorage {
  readonly type: string;
  /** Estimated where only a share of the rows was seen. */
  readonly rows: number;
  readonly bytes: number;
  /** Of all bytes, 0 to 1. */
  readonly share: number;
  readonly bytesPerEvent: number | null;
}

/**
 * What each event type occupies of the partitions: each partition's bytes (rows, indexes, free room) are divided by the bytes
 * of the rows seen in it, in whole bytes by largest remainder, so that the types sum to the partitions exactly. One in which
 * no row was seen is divided as all together are.
 * @param seen share of the rows that the weights are of, above 0 to 1
 * @returns the largest first; without any row nothing, since there is no type to bear the bytes
 */
export function attributeStorage(
  partitions: readonly Partition[],
  weights: readonly Weight[],
  seen: number,
): TypeStorage[] {
  const types = [...new Set(weights.map(({ type }) => type))].sort(compareText);
  const sum = (own: readonly Weight[], type: string, key: 'rows' | 'bytes') =>
    own.reduce((total, weight) => total + (weight.type === type ? weight[key] : 0), 0);
  const bytes = new Map(types.map((type) => [type, 0]));
  for (const { name, bytes: whole } of partitions) {
    const own = weights.filter(({ partition }) => partition === name);
    const parts = divide(
      whole,
      types.map((type) => sum(own.length > 0 ? own : weights, type, 'bytes')),
    );
    for (const [index, type] of types.entries()) bytes.set(type, bytes.get(type)! + parts[index]!);
  }
  const all = [...bytes.values()].reduce((total, one) => total + one, 0);
  return types
    .map((type) => {
      const own = bytes.get(type)!;
      const rows = Math.round(sum(weights, type, 'rows') / seen);
      const share = all === 0 ? 0 : Math.round((own / all) * 1e6) / 1e6;
      return { type, rows, bytes: own, share, bytesPerEvent: rows === 0 ? null : Math.round(own / rows) };
    })
    .sort((a, b) => b.bytes - a.bytes || compareText(a.type, b.type));
}

/** Whole parts in proportion to the weights that sum to the whole; what rounding leaves goes to the largest remainders. */
function divide(whole: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (total === 0n) return weights.map(() => 0);
  const products = weights.map((weight) => BigInt(whole) * BigInt(weight));
  const parts = products.map((product) => Number(product / total));
  const left = whole - parts.reduce((sum, part) => sum + part, 0);
  const byRemainder = products
    .map((product, index) => ({ index, remainder: product % total }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of byRemainder.slice(0, left)) parts[index]! += 1;
  return parts;
}

/** Bytes of a GiB-month at a price with up to 6 decimals, as decimal text rounded half up to 6 decimals. */
export function monthlyCost(bytes: number, pricePerGib: string): string {
  const [whole = '0', fraction = ''] = pricePerGib.split('.');
  const micros = BigInt(whole + fraction.padEnd(6, '0'));
  const gib = 1n << 30n;
  const cost = (BigInt(bytes) * micros * 2n + gib) / (2n * gib);
  const digits = cost.toString().padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
