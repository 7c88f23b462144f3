import type { Page } from '#core/page.ts';
import { BadParameter } from '#core/problem.ts';

/** The id that a list by id goes on from; null on its first page. */
export function readLastId({ after }: Page): string | null {
  const [id = null] = after ?? [];
  if (id !== null && !/^[1-9]\d{0,17}$/.test(id)) {
    throw new BadParameter('cursor', 'expected the cursor of an answer to the same question');
  }
  return id;
}
