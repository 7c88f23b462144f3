import { scopes } from '#contract/routes.ts';
import type { Schema } from './parts.ts';
import { documentation as realtime } from './query/realtime.ts';
import { problemResponse, respondWith, responses } from './shared.ts';

/** Besides what the API's gateway says of a token, the function's own word where there is none. */
const unauthorized = responses.Unauthorized as { readonly content: object };

/** `GET` of the live stream, at a URL of its own. */
export const liveOperation: Schema = {
  operationId: 'live',
  summary: 'What happened in the last minutes, as it changes',
  description: [
    'Server-sent events, where the deployment has a live stream. `realtime`: an answer of `/api/v1/analytics/realtime`, whose `ETag` is the `id`; the first at once, then each that differs.',
    '`end`: a problem document, after which the stream ends. It ends without one after its time: connect again with the last `id` as `Last-Event-ID`.',
    'A page of the API alone may read it, and not this one.',
  ].join(' '),
  tags: ['Analytics'],
  servers: [
    {
      url: '{liveUrl}',
      description: '`liveUrl` of `outputs.json`, on AWS the output `LiveUrl` of the stack `AnalyticsQuery`',
      variables: { liveUrl: { default: 'https://live.example', description: 'Without the slash at its end' } },
    },
  ],
  security: [{ token: [scopes.read] }],
  parameters: [
    ...(realtime.parameters ?? []),
    {
      ...{ name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'string' } },
      description: 'What the client has: it is not sent again unless it has changed',
    },
  ],
  responses: {
    200: { description: 'The stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    400: respondWith('BadParameter'),
    401: {
      ...unauthorized,
      content: { ...unauthorized.content, ...(problemResponse('').content as object) },
    },
    403: respondWith('Forbidden'),
    404: problemResponse('There is nothing but `GET` of the URL itself'),
    429: {
      ...responses.TooManyRequests,
      description: 'Throttled, or as many viewers as there are places: poll, or try again',
    },
    500: respondWith('Internal'),
    503: respondWith('Unavailable'),
  },
};
