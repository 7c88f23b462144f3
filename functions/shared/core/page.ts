import { BadParameter } from './problem.ts';

/** Which rows of a list an answer has. */
export interface Page {
  readonly limit: number;
  /** The key of the last row of the page before, null for the first page. */
  readonly after: readonly string[] | null;
}

export const pageNames = ['limit', 'cursor'] as const;

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

/**
 * @param keyLength parts of the list's key
 * @throws {BadParameter} naming the parameter and what it must be
 */
export function readPage(parameters: ReadonlyMap<string, string>, keyLength: number): Page {
  const text = parameters.get('limit') ?? String(DEFAULT_LIMIT);
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw new BadParameter('limit', `expected a whole number from 1 to ${MAX_LIMIT}`);
  const cursor = parameters.get('cursor');
  return { limit, after: cursor === undefined ? null : readCursor(cursor, keyLength) };
}

/** Opaque to who asks: it may become another form without a word. */
export const writeCursor = (key: readonly string[]): string =>
  Buffer.from(JSON.stringify(key), 'utf8').toString('base64url');

function readCursor(cursor: string, keyLength: number): readonly string[] {
  const key = parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  // PostgreSQL has no NUL in text
  const isKey = (part: unknown) => typeof part === 'string' && part.isWellFormed() && !part.includes('\0');
  if (!Array.isArray(key) || key.length !== keyLength || !key.every(isKey)) {
    throw new BadParameter('cursor', 'expected the nextCursor of an answer to the same question');
  }
  return key;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // its message would quote the text
  }
}
