import type { PlainDocumentation } from '../parts.ts';

export const documentation: PlainDocumentation = {
  summary: 'This document',
  responses: { 200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } } },
};
