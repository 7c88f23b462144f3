import { createHash } from 'node:crypto';

export type Canary = string;

interface Needle {
  readonly text: string;
  readonly as: string;
  readonly ignoreCase: boolean;
}

const hashes = ['md5', 'sha1', 'sha256'] as const;
/** Of a hash, what even a shortened one keeps: 16 hex digits, or 11 characters of base64. */
const HASH_BYTES = 8;

/** A text in the forms in which it could hide. */
function needlesOf(canary: Canary): Needle[] {
  const bytes = Buffer.from(canary);
  const escaped = encodeURIComponent(canary);
  const percent = bytes.toString('hex').replaceAll(/../g, '%$&');
  return [
    { text: canary.toLowerCase(), as: 'plain', ignoreCase: true },
    { text: bytes.toString('hex'), as: 'hex', ignoreCase: true },
    ...(escaped === canary ? [] : [{ text: escaped.toLowerCase(), as: 'URL-encoded', ignoreCase: true }]),
    { text: percent, as: 'URL-encoded', ignoreCase: true },
    ...[0, 1, 2].flatMap((offset) => base64At(bytes, offset)),
    ...hashes.flatMap((algorithm) => hashed(canary, algorithm)),
  ];
}

/** Base64 of the bytes after `offset` others: without the characters at either end that also hold a neighbour's bits. */
function base64At(bytes: Buffer, offset: number): Needle[] {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
  const kept = (text: string) => text.slice(offset === 0 ? 0 : offset + 1, Math.floor((whole.length * 8) / 6));
  return (['base64', 'base64url'] as const).map((as) => ({ text: kept(whole.toString(as)), as, ignoreCase: false }));
}

function hashed(canary: Canary, algorithm: (typeof hashes)[number]): Needle[] {
  const digest = createHash(algorithm).update(canary).digest().subarray(0, HASH_BYTES);
  const forms = (['hex', 'base64', 'base64url'] as const).map((form) => digest.toString(form).slice(0, 10));
  return forms.map((text, index) => ({ text, as: algorithm, ignoreCase: index === 0 }));
}

/** What stood before a finding says which field it is in. */
const CONTEXT = 40;

/** Which of the canaries the text holds, plain, encoded or hashed: `<form> of <canary> after <text before it>`. */
export function findCanaries(text: string, canaries: readonly Canary[]): string[] {
  const lower = text.toLowerCase();
  const found = canaries.flatMap((canary) =>
    needlesOf(canary).flatMap(({ text: needle, as, ignoreCase }) => {
      const at = (ignoreCase ? lower : text).indexOf(needle);
      return at === -1 ? [] : [`${as} of ${canary} after ${text.slice(Math.max(0, at - CONTEXT), at)}`];
    }),
  );
  return [...new Set(found)];
}
