import type { Sql } from 'postgres';
import type { Entries } from '#core/facts.ts';
import { type Forgetting, forgetInEarliest, forgetInLatest } from '#core/forget-person.ts';
import { jsonRows } from '../json-rows.ts';
import { type FactSource, factKeys } from './sources.ts';

/** @returns how many facts of the page name the person, which they no longer do unless it is a dry run */
export async function forgetInFacts(
  sql: Sql,
  { source, after, upTo }: { readonly source: FactSource; readonly after: string; readonly upTo: string },
  forgetting: Forgetting,
  dryRun: boolean,
): Promise<number> {
  const table = sql(source);
  const key = sql(factKeys[source]);
  const isCustomers = source === 'customers';
  const customer = isCustomers ? key : sql`latest #>> '{customer_id,1}'`;
  return await sql.begin(async (tx) => {
    // In the order in which ingestion locks them
    const facts = await tx<{ key: string; earliest: Entries; latest: Entries }[]>`
      select ${key} as key, earliest, latest
      from ${table}
      where ${key} > ${after} and ${key} <= ${upTo} and (
        ${customer} = any(${[...forgetting.customers.keys()]}::text[])
        or latest #>> '{anonymous_id,1}' = any(${[...forgetting.anonymous.keys()]}::text[])
      )
      order by ${key}
      ${dryRun ? tx`` : tx`for update`}`;
    if (dryRun || facts.length === 0) return facts.length;
    const rows = facts.map((fact) => ({
      key: fact.key,
      kept: (isCustomers && forgetting.customers.get(fact.key)) || fact.key,
      earliest: forgetInEarliest(fact.earliest, forgetting),
      latest: isCustomers ? forgetInLatest(fact.latest, forgetting, true) : forgetInLatest(fact.latest, forgetting),
    }));
    await tx`
      update ${table} as fact set earliest = forgotten.earliest, latest = forgotten.latest ${isCustomers ? tx`, ${key} = forgotten.kept` : tx``}
      from json_to_recordset(${jsonRows(rows)}::text::json) as forgotten (key text, kept text, earliest jsonb, latest jsonb)
      where fact.${key} = forgotten.key`;
    return facts.length;
  });
}
