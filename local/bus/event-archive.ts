import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DeployedResource } from '../template/deploy-template.ts';
import { arn } from '../template/resource-attributes.ts';
import { type BusEvent, envelopeOf } from './deliver-event.ts';
import { checkPattern, type EventPattern, matchesPattern } from './match-pattern.ts';

export interface EventArchive {
  readonly name: string;
  readonly arn: string;
  /** ARN of its bus. */
  readonly sourceArn: string;
  readonly retentionDays: number;
  readonly createdAt: Date;
  /** Keeps the event where it is of the archive's bus and matches its pattern. */
  keep(event: BusEvent): void;
  /** The events of [from, to) by their time, as they came. */
  read(from: Date, to: Date): AsyncGenerator<BusEvent>;
  size(): { readonly events: number; readonly bytes: number };
  close(): void;
}

const DAY_MS = 86_400_000;
const EXTENSION = '.ndjson';
const dayOf = (time: string) => time.slice(0, 10);
const NEWLINE = 10;

/**
 * An archive of the templates on disk, under `directory`: a file of JSON lines per day, readable by its owner only, since
 * it holds raw events. It outlives the process as the database does. Days past its retention are removed when it opens
 * and whenever a new day begins; 0 days keep everything.
 */
export function openArchive({ name, properties }: DeployedResource, directory: string): EventArchive {
  const { SourceArn, EventPattern, RetentionDays = 0 } = properties();
  const pattern = (EventPattern ?? {}) as EventPattern;
  checkPattern(pattern);
  const bus = String(SourceArn).split('/').at(-1);
  const retentionDays = Number(RetentionDays);
  const folder = join(directory, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  dropDaysBefore(folder, retentionDays);
  const files = new Map<string, number>();
  const count = { events: countLines(folder) };

  const fileOf = (day: string) => {
    const open = files.get(day);
    if (open !== undefined) return open;
    dropDaysBefore(folder, retentionDays);
    const file = openDay(join(folder, day + EXTENSION));
    files.set(day, file);
    return file;
  };
  return {
    ...{ name, arn: arn('events', `archive/${name}`), sourceArn: String(SourceArn), retentionDays },
    createdAt: statSync(folder).birthtime,
    keep: (event) => {
      if (event.bus !== bus) return;
      const envelope = envelopeOf(event);
      const seen = 'detail' in pattern ? { ...envelope, detail: JSON.parse(event.detail) as unknown } : envelope;
      if (!matchesPattern(pattern, seen)) return;
      writeSync(fileOf(dayOf(event.time)), `${JSON.stringify(event)}\n`);
      count.events += 1;
    },
    read: (from, to) => readDays(folder, from, to),
    size: () => ({
      events: count.events,
      bytes: days(folder).reduce((sum, day) => sum + statSync(join(folder, day)).size, 0),
    }),
    close: () => {
      for (const file of files.values()) closeSync(file);
      files.clear();
    },
  };
}

const days = (folder: string) => readdirSync(folder).filter((file) => file.endsWith(EXTENSION));

function dropDaysBefore(folder: string, retentionDays: number): void {
  if (retentionDays === 0) return;
  const oldest = dayOf(new Date(Date.now() - retentionDays * DAY_MS).toISOString());
  for (const day of days(folder)) if (day < oldest) rmSync(join(folder, day), { force: true });
}

function countLines(folder: string): number {
  return days(folder).reduce(
    (sum, day) => sum + readFileSync(join(folder, day)).reduce((lines, byte) => lines + (byte === NEWLINE ? 1 : 0), 0),
    0,
  );
}

/** A line that a crash cut off must not run into the next one. */
function openDay(path: string): number {
  const isCutOff = existsSync(path) && readFileSync(path).at(-1) !== NEWLINE;
  const file = openSync(path, 'a', 0o600);
  if (isCutOff) writeSync(file, '\n');
  return file;
}

async function* readDays(folder: string, from: Date, to: Date): AsyncGenerator<BusEvent> {
  const first = dayOf(from.toISOString()) + EXTENSION;
  const last = dayOf(to.toISOString()) + EXTENSION;
  for (const day of days(folder).sort()) {
    if (day < first || day > last) continue;
    for await (const line of createInterface({ input: createReadStream(join(folder, day)) })) {
      const event = parseLine(line);
      const time = Date.parse(event?.time ?? '');
      if (event && time >= from.getTime() && time < to.getTime()) yield event;
    }
  }
}

/** Undefined: the line was cut off. */
function parseLine(line: string): BusEvent | undefined {
  try {
    return JSON.parse(line) as BusEvent;
  } catch {
    return undefined;
  }
}
