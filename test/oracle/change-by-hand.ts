import { amountOf } from './amounts.ts';

/** (now − before) ÷ before at 4 decimals, half away from zero, of figures under the same keys; null without a before. */
export function changeByHand(now: unknown, before: unknown): unknown {
  if (now === null || before === null) return null;
  if (typeof now === 'object') {
    const earlier = before as Record<string, unknown>;
    return Object.fromEntries(Object.entries(now).map(([name, value]) => [name, changeByHand(value, earlier[name])]));
  }
  const units = (value: unknown) => amountOf(typeof value === 'number' ? value.toFixed(12) : value);
  const [a, b] = [units(now), units(before)];
  if (b === 0n) return null;
  const magnitude = (2n * 10_000n * abs(a - b) + abs(b)) / (2n * abs(b));
  const isNegative = a - b < 0n !== b < 0n && magnitude > 0n;
  return Number(isNegative ? -magnitude : magnitude) / 10_000;
}

const abs = (value: bigint) => (value < 0n ? -value : value);
