import type { JsonObject } from '../event.ts';
import { findPersonal, type PersonalPlace } from './find-personal.ts';

/**
 * What looks personal in a line of a log: in the JSON object that it ends with, as our own lines and Lambda's reports of
 * errors do, by the names of its members too; in the text before it, and in lines without one, by its looks alone.
 */
export function findPersonalInLine(line: string, canaries: readonly string[] = []): PersonalPlace[] {
  const start = line.indexOf('{');
  const members = start === -1 ? null : parseObject(line.slice(start));
  if (members === null) return findPersonal(line, LINE, canaries);
  return [...findPersonal(line.slice(0, start), LINE, canaries), ...findPersonal(members, LINE, canaries)];
}

/** The name of no field: what a whole line must look like, no schema says. */
const LINE = 'line';

function parseObject(text: string): JsonObject | null {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return null; // a line may hold a brace and anything after it
  }
}
