import type { Pseudonym, Pseudonymize } from '../pseudonymize.ts';

/** Pseudonym of the digits, so that spacing and a leading + or 00 make no difference. Numbers come as JSON numbers too. */
export function maskPhone(value: string | number, pseudonymize: Pseudonymize): Pseudonym {
  const text = String(value).normalize('NFKC').trim();
  const digits = text.replaceAll(/\D/g, '').replace(/^00/, '');
  return pseudonymize('phone', digits === '' ? text : digits);
}
