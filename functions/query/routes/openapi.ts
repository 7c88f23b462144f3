import { readParameters } from '#core/query-parameters.ts';
import { readDocument } from '../read-document.ts';
import type { Route } from '../route.ts';

export const answer: Route = async ({ query }) => {
  readParameters(query, []);

  return await readDocument('openapi.json', { 'content-type': 'application/json' });
};
