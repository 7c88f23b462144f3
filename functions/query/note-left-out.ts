/** A note on what is in no sum for want of a rate; none where nothing is. @param counts by what they count */
export function noteLeftOut(counts: Readonly<Record<string, number>>, prefix = ''): string[] {
  const list = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
  return list === '' ? [] : [`${prefix}left out of all sums, for want of an exchange rate of their day: ${list}`];
}
