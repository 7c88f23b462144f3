/** UTF-16 puts U+E000–U+FFFF after the surrogates that stand for higher code points; this puts them before. */
const rank = (unit: number) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);

/** Order by code points, as PostgreSQL's collation "C" has it for UTF-8. Below 0, 0 or above 0, as `Array.sort` wants. */
export function compareText(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}
