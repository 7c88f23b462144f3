import { readFile } from 'node:fs/promises';
import type { RouteAnswer } from './route.ts';

/** Beside the bundle, where `scripts/write-documents.ts` leaves them: read when they are asked for, so that no start waits. */
const directory = new URL('documents/', import.meta.url);

/** It changes with a deployment only. */
const cacheControl = 'public, max-age=300';

/** A file of the documentation as an answer, with its headers besides. */
export async function readDocument(name: string, headers: Readonly<Record<string, string>>): Promise<RouteAnswer> {
  const body = await readFile(new URL(name, directory));
  return { status: 200, body, headers: { 'cache-control': cacheControl, ...headers } };
}
