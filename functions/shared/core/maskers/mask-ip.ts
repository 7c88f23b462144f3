import { isIPv4, isIPv6 } from 'node:net';

const UNREADABLE = '0.0.0.0';

/** `a.b.c.0`, or the first 48 bits of IPv6; of a list (X-Forwarded-For) the first, which is the client; else 0.0.0.0. */
export function maskIp(value: string): string {
  const address = stripPort((value.split(',', 1)[0] ?? '').trim());
  if (isIPv4(address)) return maskIPv4(address);
  // A zone (fe80::1%eth0) names an interface, not a network.
  const unzoned = address.split('%', 1)[0] ?? '';
  return isIPv6(unzoned) ? maskIPv6(unzoned) : UNREADABLE;
}

/** `1.2.3.4:80` and `[2001:db8::1]:80` without the port; more than one colon and no bracket is an IPv6 address. */
function stripPort(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(text);
  return bracketed?.[1] ?? /^([^:]*):\d+$/.exec(text)?.[1] ?? text;
}

const maskIPv4 = (address: string) => `${address.slice(0, address.lastIndexOf('.'))}.0`;

function maskIPv6(address: string): string {
  const groups = expandIPv6(address);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6);
    return maskIPv4(`${high >> 8}.${high & 255}.${low >> 8}.0`);
  }
  const network = groups.slice(0, 3);
  while (network.at(-1) === 0) network.pop();
  return `${network.map((group) => group.toString(16)).join(':')}::`;
}

/** The eight groups of a valid address, whose last two may be written as IPv4. */
function expandIPv6(address: string): number[] {
  const hexadecimal = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_text, ...octets: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = hexadecimal.split('::');
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  if (tail === undefined) return parse(head);
  const zeros = new Array<number>(8 - parse(head).length - parse(tail).length).fill(0);
  return [...parse(head), ...zeros, ...parse(tail)];
}
