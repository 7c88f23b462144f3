const identifier = /^[A-Za-z0-9/][A-Za-z0-9._:/#-]{0,127}$/;

/**
 * The value if it reads like an identifier, else null: what a refused event calls its type, source or id may be anything,
 * also an address or a phone number, and a dead letter shows no value. `maxDigits` bounds a run of digits.
 */
export function displayableIdentifier(value: unknown, maxDigits: number): string | null {
  if (typeof value !== 'string' || !identifier.test(value)) return null;
  const runs = value.match(/\d[\d.-]*/g) ?? [];
  return runs.every((run) => run.replaceAll(/\D/g, '').length <= maxDigits) ? value : null;
}
