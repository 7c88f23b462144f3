import { type AdminDocumentation, closed, count, instant, mapOf, pathParameter, text } from '../parts.ts';

export const documentation: AdminDocumentation = {
  summary: 'Erases a customer from all that is stored',
  description: 'No figure changes. Where `isComplete` is false there was no time for all: the same call goes on.',
  parameters: [pathParameter('customerId', { type: 'string', minLength: 1, maxLength: 128 }, 'Of the customer')],
  data: closed({
    digest: { type: 'string', description: 'Keyed digest of the id: the receipt does not hold the id' },
    keyVersion: text,
    erasedAt: instant,
    touched: { description: 'Rows by table', ...mapOf(count) },
    isComplete: { type: 'boolean' },
  }),
};
