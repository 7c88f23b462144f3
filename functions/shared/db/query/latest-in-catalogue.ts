import type { PendingQuery, Row, TransactionSql } from 'postgres';
import type { CellKind } from './product-cells.ts';

/** What the latest business day that begins before `to` calls the product or category of the table `page`, or files it under. */
export function latestInCatalogue(
  tx: TransactionSql,
  column: 'name' | 'category_id',
  { kind, to, businessZone }: { readonly kind: CellKind; readonly to: string; readonly businessZone: string },
): PendingQuery<Row[]> {
  return tx`(
    select c.${tx(column)} from catalogue c
    where c.time_zone = ${businessZone} and c.kind = ${kind} and c.id = page.id and c.bucket < ${to}::text::timestamptz
      and c.${tx(column)} is not null
    order by c.bucket desc limit 1
  )`;
}
