import { UNMATCHED } from '#contract/event-types.ts';
import { readResource } from './config.ts';

/** From an event's type to the URL of its queue; to the catch-all's for any other, as `null`. */
export function readQueueUrls(resource: 'deadLetterQueueUrls' | 'queueUrls'): (type: string | null) => string {
  const urls = new Map<string, string>(Object.entries(JSON.parse(readResource(resource))));
  return (type) => urls.get(type ?? UNMATCHED) ?? urls.get(UNMATCHED)!;
}
