import canonicalize from 'canonicalize';
import type { JsonObject } from './event.ts';

/** RFC 8785 text of the event: the same for two deliveries whatever their spacing and order of members. */
export const canonicalContent = (event: JsonObject): string => canonicalize(event) as string;
