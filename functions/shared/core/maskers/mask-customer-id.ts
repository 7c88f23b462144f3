const MOST_SHOWN = 3;

/** Its first characters and `***`: three at most, and never more than half of it. */
export function maskCustomerId(customerId: string): string {
  const characters = [...customerId];
  return `${characters.slice(0, Math.min(MOST_SHOWN, Math.floor(characters.length / 2))).join('')}***`;
}
