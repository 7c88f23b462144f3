import { BadParameter } from '#core/problem.ts';

/**
 * The members of a JSON object by name, as query parameters would be: text, numbers and truth values; null is not given.
 * One of `lists` may also be an array of such, which is joined by commas.
 * @throws {BadParameter} on any other body or member, naming it
 */
export function readBody(
  body: string,
  names: readonly string[],
  lists: readonly string[] = [],
): ReadonlyMap<string, string> {
  const members = Object.entries(parseObject(body)).filter(([, value]) => value !== null);
  for (const [name, value] of members) {
    if (!names.includes(name))
      throw new BadParameter(name.slice(0, 64), `there is no such member; this body has ${names.join(', ')}`);
    const values: readonly unknown[] = lists.includes(name) && Array.isArray(value) ? value : [value];
    if (values.some((one) => typeof one === 'object')) throw new BadParameter(name, 'expected one value');
  }
  return new Map(members.map(([name, value]) => [name, String(value)]));
}

function parseObject(body: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = undefined; // the parser's own message quotes the body
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new BadParameter('body', 'expected a JSON object');
  }
  return parsed;
}
