import { type PlainDocumentation, text } from '../parts.ts';

export const documentation: PlainDocumentation = {
  summary: 'A page to read this document and try the routes with a token',
  responses: { 200: { description: 'HTML', content: { 'text/html': { schema: text } } } },
};
