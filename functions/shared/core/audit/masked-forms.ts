import { maskIp } from '../maskers/mask-ip.ts';
import { maskUrl } from '../maskers/mask-url.ts';
import { looksPersonal } from '../maskers/scrub-text.ts';

type IsMasked = (value: unknown) => boolean;

const isText =
  (isMasked: (text: string) => boolean): IsMasked =>
  (value) =>
    typeof value === 'string' && isMasked(value);

/** A pseudonym, its key's version, and what maskers keep beside it. */
const isPseudonym: IsMasked = (value) => {
  if (value === null || typeof value !== 'object') return false;
  const { hmac, key, ...kept } = value as Readonly<Record<string, unknown>>;
  return (
    typeof hmac === 'string' &&
    /^[\w-]{24}$/.test(hmac) &&
    typeof key === 'string' &&
    Object.keys(kept).every((name) => ['domain', 'device', 'browser', 'os'].includes(name))
  );
};
const isScrubbed = isText((text) => !looksPersonal(text));
const isMaskedUrl = isText((text) => maskUrl(text) === text);

/**
 * The personal fields of the contract and what each may look like once masked. Written out, not read from the schemas:
 * a field whose mark went missing there is what an audit has to find.
 */
const forms: Readonly<Record<string, { readonly detector: string; readonly isMasked: IsMasked }>> = {
  email: { detector: 'email', isMasked: isPseudonym },
  phone: { detector: 'phone', isMasked: isPseudonym },
  tracking_number: { detector: 'trackingNumber', isMasked: isPseudonym },
  user_agent: { detector: 'userAgent', isMasked: isPseudonym },
  ip_address: { detector: 'ip', isMasked: isText((text) => maskIp(text) === text) },
  customer_name: { detector: 'name', isMasked: isText((text) => /^(?:\p{L}\p{M}*)?\*\*\*$/u.test(text)) },
  birth_date: { detector: 'birthDate', isMasked: isText((text) => /^\d{4}$/.test(text)) },
  line1: { detector: 'address', isMasked: () => false },
  line2: { detector: 'address', isMasked: () => false },
  postal_code: { detector: 'address', isMasked: () => false },
  city: { detector: 'phone', isMasked: isScrubbed },
  region: { detector: 'phone', isMasked: isScrubbed },
  page_url: { detector: 'url', isMasked: isMaskedUrl },
  referrer: { detector: 'url', isMasked: isMaskedUrl },
  search_term: { detector: 'freeText', isMasked: isScrubbed },
};
const utmForm = { detector: 'freeText', isMasked: isScrubbed };

export const personalFieldNames: readonly string[] = Object.keys(forms);

const shapeOfValue = /^(?:(?:string|array|object|text)\(\d+\)|null|number|boolean)$/;

/** What stands for the values of a refused event: `string(12)`, `array(2)`; of an object's, with `{"*": "2 more"}`. */
function isShape(value: unknown): boolean {
  if (typeof value === 'string') return shapeOfValue.test(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  return Object.entries(value).every(([name, member]) =>
    name === '*' ? /^\d+ more$/.test(String(member)) : isShape(member),
  );
}

/**
 * The detector of a personal field whose value has not the form that its masker gives it, else null.
 * @param names of the members on the way to the value, the innermost last
 */
export function detectUnmasked(names: readonly string[], value: unknown): string | null {
  if (value === null || isShape(value)) return null;
  const form = names.at(-2) === 'utm' ? utmForm : forms[names.at(-1) ?? ''];
  return form && !form.isMasked(value) ? form.detector : null;
}
