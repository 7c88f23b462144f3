import type { TransactionSql } from 'postgres';
import type { CommonParameters } from '#core/query-parameters.ts';
import { noSales } from '#core/sales.ts';
import type { Range } from '#core/time-windows.ts';
import { countLeftOut, type LeftOut } from '#db/query/count-left-out.ts';
import { chooseSalesRelation } from '#db/query/sales-relation.ts';
import { type SalesQuestion, type SalesRow, sumSales } from '#db/query/sum-sales.ts';
import { noteLeftOut } from './note-left-out.ts';

export type Lens = SalesQuestion['lens'];

/** The question about a range as a whole; `starts` and `groupBy` divide it. */
export function salesQuestion(
  { currency, channel }: CommonParameters,
  businessZone: string,
  range: Range,
  division: Partial<Pick<SalesQuestion, 'starts' | 'groupBy' | 'lens'>> = {},
): SalesQuestion {
  const { starts = [range.from], groupBy = null, lens = 'processed_date' } = division;
  const relation = chooseSalesRelation([...starts, range.to], businessZone);
  return { relation, range, starts, businessZone, currency, channel, lens, groupBy };
}

export interface Sales {
  readonly total: SalesRow;
  readonly channels: readonly SalesRow[];
  readonly countries: readonly SalesRow[];
  readonly buckets: readonly SalesRow[];
  /** Null when every movement is in the sums. */
  readonly leftOut: LeftOut | null;
}

export async function askSales(tx: TransactionSql, question: SalesQuestion): Promise<Sales> {
  const rows = await sumSales(tx, question);
  const of = (level: SalesRow['level']) => rows.filter((row) => row.level === level);
  const total = of('total')[0] ?? {
    ...noSales,
    level: 'total',
    bucket: null,
    name: null,
    unconverted: 0,
    leavesOut: false,
  };
  const leftOut = total.leavesOut ? await countLeftOut(tx, question) : null;
  return { total, channels: of('channel'), countries: of('country'), buckets: of('bucket'), leftOut };
}

/** What is in no sum of the period, and of the one it is compared with. */
export function notesOnLeftOut(sales: Sales, previous: Sales | null = null): string[] {
  return [...listLeftOut(sales, ''), ...(previous ? listLeftOut(previous, 'previous period: ') : [])];
}

function listLeftOut({ total, leftOut }: Sales, prefix: string): string[] {
  if (leftOut === null) return [];
  return noteLeftOut({ 'orders placed': total.unconverted, ...leftOut }, prefix);
}
