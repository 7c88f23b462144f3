import { appendFileSync } from 'node:fs';
import { makeRandom, type Random } from '../../local/sample/random.ts';

/** `npm run faults` sets these; `npm test` runs a small part of each kind under a seed of its own. */
export const seed = process.env.FAULTS_SEED ?? Date.now().toString(36);
export const isFull = process.env.FAULTS_FULL === '1';
const onlyTrial = process.env.FAULTS_TRIAL;

/**
 * Runs trials one after the other, each with random numbers that its index and the seed alone decide, so that one can be
 * run again by itself. What a failed trial throws says how. @returns how many ran
 */
export async function runTrials(
  name: string,
  counts: { readonly quick: number; readonly full: number },
  run: (random: Random, trial: number) => Promise<void>,
): Promise<number> {
  const count = isFull ? counts.full : counts.quick;
  const trials = onlyTrial === undefined ? Array.from({ length: count }, (_, trial) => trial) : [Number(onlyTrial)];
  for (const trial of trials) {
    try {
      await run(makeRandom(`${seed} ${name} ${trial}`), trial);
    } catch (cause) {
      const again = `npm run faults -- --seed ${seed} --only ${name} --trial ${trial}`;
      throw new Error(`trial ${trial} of seed ${seed} failed; again: ${again}`, { cause });
    }
  }
  return trials.length;
}

/** A row of the table that `npm run faults` prints at its end. */
export interface FaultFigure {
  readonly what: string;
  readonly trials: number;
  readonly figure: string;
  readonly target: string;
}

/** Tells a measured figure; the test asserts that it reaches its target. */
export function reportFigure(figure: FaultFigure): void {
  if (process.env.FAULTS_REPORT) appendFileSync(process.env.FAULTS_REPORT, `${JSON.stringify(figure)}\n`);
}
