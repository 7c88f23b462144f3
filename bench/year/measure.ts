export interface Spread {
  readonly p50: number;
  readonly p95: number;
}

/** Milliseconds of `times` asks after one to warm up. */
export async function measure(ask: () => Promise<unknown>, times: number): Promise<Spread> {
  await ask();
  const taken: number[] = [];
  for (let n = 0; n < times; n++) {
    const begun = performance.now();
    await ask();
    taken.push(performance.now() - begun);
  }
  taken.sort((a, b) => a - b);
  const at = (share: number) => taken[Math.ceil(share * taken.length) - 1]!; // nearest rank
  return { p50: at(0.5), p95: at(0.95) };
}

export const inMilliseconds = (value: number) => Number(value.toFixed(value < 100 ? 1 : 0));
