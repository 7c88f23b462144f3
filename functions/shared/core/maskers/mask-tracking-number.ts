import type { Pseudonym, Pseudonymize } from '../pseudonymize.ts';

/** Pseudonym of the number in capitals without spaces, as carriers print it in groups. */
export const maskTrackingNumber = (value: string | number, pseudonymize: Pseudonymize): Pseudonym =>
  pseudonymize('tracking', String(value).replaceAll(/\s/g, '').toUpperCase());
