/** Collects rows and prints them as one table: rates of one run beside each other, so that their ratios can be read. */
export interface Report {
  /** @param base rate that the ratio is taken to */
  readonly add: (what: string, rate: number, unit: string, base?: number) => void;
  readonly note: (text: string) => void;
  readonly print: () => void;
}

export function makeReport(): Report {
  const rows: { what: string; rate: string; ratio: string }[] = [];
  const notes: string[] = [];
  return {
    add: (what, rate, unit, base) =>
      void rows.push({
        what,
        rate: `${Math.round(rate).toLocaleString('en')} ${unit}`,
        ratio: base === undefined ? '' : (rate / base).toFixed(2),
      }),
    note: (text) => void notes.push(text),
    print: () => {
      console.table(rows);
      for (const note of notes) console.log(note);
    },
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
