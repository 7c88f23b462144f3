const SCRUBBED = '***';

const uuid = /(?<![\da-f])[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?![\da-f])/gi;
const date = /(?<!\d)(?:19|20)\d\d([-_./ ])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)/g;
const email = /[^\s@]@[^\s@]/;
/** Seven digits or more, with what people put between the digits of a phone number. */
const longNumber = /\p{Nd}(?:[\s().+_/-]*\p{Nd}){6}/u;
const DECODE_ROUNDS = 3;

const decodeRun = (run: string) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8');
/** Unlike decodeURIComponent it never throws, or one broken escape would hide the rest. */
const decode = (text: string) => text.replaceAll(/(?:%[\da-f]{2})+/gi, decodeRun);

/**
 * Whether the text holds what looks like an email address, a phone or a long number, also percent-encoded (up to three
 * times), in full-width or other digits, or split by invisible characters. UUIDs and dates are neither.
 */
export function looksPersonal(text: string): boolean {
  let decoded = text;
  for (let round = 0; round <= DECODE_ROUNDS; round++) {
    const plain = decoded.normalize('NFKC').replaceAll(/\p{Cf}/gu, '');
    const rest = plain.replaceAll(uuid, ' # ').replaceAll(date, ' # ');
    if (email.test(plain) || longNumber.test(rest)) return true;
    const next = decode(decoded);
    if (next === decoded) return false;
    decoded = next;
  }
  // Encoded deeper than anyone has reason to.
  return true;
}

/** The text, or `***` where it looks personal. */
export const scrubText = (text: string): string => (looksPersonal(text) ? SCRUBBED : text);
