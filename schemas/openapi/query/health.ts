import { closed, instant, oneOf, orNull, type PlainDocumentation, textOrNull } from '../parts.ts';

const health = (status: string) =>
  closed({
    status: oneOf([status]),
    database: oneOf([status]),
    migrations: { ...textOrNull, description: 'The newest migration applied' },
    newestEventAt: orNull(instant),
  });

export const documentation: PlainDocumentation = {
  summary: 'Whether the service answers, and from which state',
  responses: {
    200: { description: 'The database answers', content: { 'application/json': { schema: health('ok') } } },
    503: {
      description: 'The database does not answer within 3 s',
      content: { 'application/json': { schema: health('unavailable') } },
    },
  },
};
