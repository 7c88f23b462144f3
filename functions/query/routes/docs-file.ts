import { NotFound } from '#core/problem.ts';
import { readParameters } from '#core/query-parameters.ts';
import { readDocument } from '../read-document.ts';
import type { Route } from '../route.ts';

const types: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css'],
  ['swagger-ui-bundle.js', 'text/javascript'],
  ['start.js', 'text/javascript'],
]);

export const answer: Route = async ({ query, path }) => {
  readParameters(query, []);
  const { file = '' } = path ?? {};
  const type = types.get(file);
  if (type === undefined) throw new NotFound();

  // An HTTP API compresses nothing, and 1.7 MB become 0.5: every browser takes gzip.
  return await readDocument(`${file}.gz`, { 'content-type': `${type}; charset=utf-8`, 'content-encoding': 'gzip' });
};
