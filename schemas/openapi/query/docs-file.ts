import { type PlainDocumentation, pathParameter, text } from '../parts.ts';
import { problemResponse } from '../shared.ts';

export const documentation: PlainDocumentation = {
  summary: 'What the page consists of',
  parameters: [pathParameter('file', text, 'Its name')],
  responses: {
    200: {
      description: 'The file',
      content: { 'text/css': { schema: text }, 'text/javascript': { schema: text } },
    },
    404: problemResponse('There is no such file'),
  },
};
