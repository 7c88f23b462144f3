import { code } from 'currency-codes';

/** Decimals of a currency by ISO 4217, 2 where it has no such code. */
export const digitsOf = (currency: string): number => code(currency)?.digits ?? 2;
