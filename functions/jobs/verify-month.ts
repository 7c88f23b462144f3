import type { Sql } from 'postgres';
import type { RetainedMonth } from '#db/retain/read-retained-month.ts';
import {
  listExportFiles,
  markFileVerified,
  markMonthVerified,
  type StoredFile,
} from '#db/retain/verify-export-files.ts';
import type { ExportObjects } from '#runtime/export-objects.ts';
import { folderOf } from './export-month.ts';

/**
 * Reads the files of the attempt back, as far as there is time, and removes from the month's folder what an attempt left
 * that was given up.
 * @returns `damaged` where a file is not what was written
 */
export async function verifyMonth(
  sql: Sql,
  objects: ExportObjects,
  { month, attempt }: RetainedMonth,
  hasTime: () => boolean,
): Promise<'verified' | 'damaged' | 'unfinished'> {
  const files = await listExportFiles(sql, month);
  for (const file of files.filter((each) => each.attempt === attempt && !each.isVerified)) {
    if (!hasTime()) return 'unfinished';
    const found = await objects.readBack(file.key);
    if (found?.sha256 !== file.sha256 || found.lines !== file.rows) return 'damaged';
    await markFileVerified(sql, file.key);
  }
  await removeOthers(objects, month, files);
  await markMonthVerified(sql, month, attempt);
  return 'verified';
}

/** Whether every file of the month is still there in its length; with nothing beside it, also from a run that was late. */
export async function isStillThere(sql: Sql, objects: ExportObjects, month: string): Promise<boolean> {
  const files = await listExportFiles(sql, month);
  await removeOthers(objects, month, files);
  const lengths = new Map((await objects.list(folderOf(month))).map(({ key, bytes }) => [key, bytes]));
  return files.every(({ key, bytes }) => lengths.get(key) === bytes);
}

async function removeOthers(objects: ExportObjects, month: string, files: readonly StoredFile[]): Promise<void> {
  const known = new Set(files.map(({ key }) => key));
  const others = (await objects.list(folderOf(month))).map(({ key }) => key).filter((key) => !known.has(key));
  if (others.length > 0) await objects.remove(others);
}
