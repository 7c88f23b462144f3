import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  /** Adds what is done. */
  advance(count: number): void;
  /** Ends the bar, or writes the last plain line. */
  stop(): void;
}

const PLAIN_LINE_EVERY_MS = 2_000;

/** A bar on a terminal, and a plain line every two seconds elsewhere (logs, CI). `total` is left out where nobody knows it. */
export function showProgress(label: string, total: number | undefined, stream = process.stderr): Progress {
  let done = 0;
  const started = performance.now();
  const rate = () => Math.round(done / Math.max(0.001, (performance.now() - started) / 1000)).toLocaleString('en');
  const of = total === undefined ? '' : ` of ${total.toLocaleString('en')}`;

  if (stream.isTTY) {
    const format =
      total === undefined ? `${label} {value} events, {rate}/s` : `${label} {bar} {value}/{total}, {rate}/s`;
    const bar = new SingleBar({ format, stream, hideCursor: true, fps: 10 }, Presets.shades_classic);
    bar.start(total ?? 0, 0, { rate: '0' });
    return {
      advance(count) {
        done += count;
        bar.update(done, { rate: rate() });
      },
      stop: () => bar.stop(),
    };
  }

  const write = () => stream.write(`${label} ${done.toLocaleString('en')}${of} events, ${rate()}/s\n`);
  let written = started;
  return {
    advance(count) {
      done += count;
      if (performance.now() - written < PLAIN_LINE_EVERY_MS) return;
      written = performance.now();
      write();
    },
    stop: () => void write(),
  };
}
