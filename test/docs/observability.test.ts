import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { metrics, watchMetrics } from '#contract/metrics.ts';

const table = readFileSync('docs/metrics.md', 'utf8').split('## Operational metrics')[1] ?? '';
const described = [...table.matchAll(/^\| ((?:[A-Z][A-Za-z]+(?:, )?)+) \|/gm)].flatMap(([, names = '']) =>
  names.split(', '),
);

it('describes every metric of the contract table, and no other', () => {
  const named = [...Object.values(metrics), ...Object.values(watchMetrics), 'ColdStart'];
  expect([...new Set(described)].sort()).toEqual([...new Set(named)].sort());
});

const queries = [...readFileSync('docs/observability.md', 'utf8').matchAll(/```logs\n(.*?)```/gs)].map(
  ([, query]) => query ?? '',
);
/** What the handlers, Powertools, API Gateway's access log and CloudWatch itself put into a line. */
const fields = [
  ...['queue', 'received', 'stored', 'duplicates', 'rejected', 'failed', 'captured', 'milliseconds', 'route', 'status'],
  ...['hours', 'isDone', 'reason', 'error.name', 'error.code', 'failure.name', 'failure.code', 'authorizerError'],
  ...['message', 'level', 'function_name', 'function_request_id', 'xray_trace_id', '@timestamp'],
];
const words = ['as', 'by', 'and', 'in', 'asc', 'desc', 'stats', 'filter', 'fields', 'sort', 'limit'];
const functions = ['sum', 'count', 'pct', 'bin'];

it.each(queries)('has a query of known commands, functions and fields: %s', (query) => {
  for (const line of query.trim().split('\n')) expect(line).toMatch(/^(\| )?(filter|fields|stats|sort|limit) /);
  expect(query.split('(')).toHaveLength(query.split(')').length);
  const bare = query.replaceAll(/"[^"]*"/g, '');
  const named = [...bare.matchAll(/ as ([a-z\d]+)/g)].map(([, name]) => name);
  for (const [, name] of bare.matchAll(/(@?[a-z][\w.]*)\(/gi)) expect(functions).toContain(name);
  for (const [name] of bare.matchAll(/@?[a-z_][\w.]*(?!\()\b/gi))
    expect([...fields, ...words, ...functions, ...named, 'm']).toContain(name);
});
