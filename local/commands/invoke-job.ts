import { jobs } from '#contract/jobs.ts';
import type { Outputs } from '../describe-outputs.ts';
import { CommandError } from './run-command.ts';

/** Runs a job's function now and answers its result. Throws a CommandError naming the job where it fails or is unknown. */
export async function invokeJob(
  outputs: Pick<Outputs, 'controlUrl'>,
  name: string,
  payload: unknown,
): Promise<unknown> {
  if (!jobs.some((job) => job.name === name)) {
    throw new CommandError(`no job ${JSON.stringify(name)}; the jobs are ${jobs.map((job) => job.name).join(', ')}`);
  }
  const response = await fetch(new URL(`/invoke/${name}`, outputs.controlUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  }).catch((cause: Error) => {
    throw new CommandError(`the system at ${outputs.controlUrl} does not answer`, { cause });
  });
  const text = await response.text();
  const result: unknown = text === '' ? null : JSON.parse(text);
  if (!response.ok) {
    const { errorMessage, message } = (result ?? {}) as { errorMessage?: string; message?: string };
    throw new CommandError(`${name} failed (${response.status}): ${errorMessage ?? message ?? 'see its log'}`);
  }
  return result;
}
