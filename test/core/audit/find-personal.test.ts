import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { detectInText } from '#core/audit/detect-in-text.ts';
import { findPersonal } from '#core/audit/find-personal.ts';
import { detectUnmasked } from '#core/audit/masked-forms.ts';
import { maskIp } from '#core/maskers/mask-ip.ts';
import { maskUrl } from '#core/maskers/mask-url.ts';
import { scrubText } from '#core/maskers/scrub-text.ts';

test.each([
  ['write to Jane.Doe+1@mail.example', 'email'],
  ['https://shop.example/u/jane%40mail.example', 'email'],
  ['from 203.0.113.77', 'ip'],
  ['203.0.113.77:443', 'ip'],
  ['2001:db8:85a3:8d3:1319:8a2e:370:7348', 'ip'],
  ['[2001:db8::7348]:80', 'ip'],
  ['::ffff:203.0.113.77', 'ip'],
  ['call +49 1512 9876543', 'phone'],
  ['+4915129876543', 'phone'],
  ['Mozilla/5.0 (X11; Linux x86_64)', 'userAgent'],
])('%s: %s', (text, detector) => {
  expect(detectInText(text)).toContain(detector);
});

test.each([
  '203.0.113.0',
  '2001:db8:85a3::',
  '0.0.0.0',
  'k3J_aB-9xYz0123456789abc',
  '123456789.1234',
  '-0.0001',
  '2026-11-22T03:04:05.123456Z',
  '2026-11-22T03:04:05+01:00',
  '2026-11-22 03:04:05.123456+00',
  '0000000000000003\u00012026-11-22T03:04:05.123456Z\u0001/shop/web\u0001e-17',
  '0b9f7f6e-6a55-4a4c-8a51-4b1f9d6d9c01',
  'Coffee 4006381333931',
  'p1\u0001w1',
  'v1.2.3.4.5',
  'release-1.2.3.4',
  'Foo::Bar, abc::def',
  '{[1,2),[4,5)}',
  'https://shop.example/p/123?utm_source=news',
])('%s is nothing personal', (text) => {
  expect(detectInText(text)).toEqual([]);
});

describe('a personal field', () => {
  const hmac = { hmac: 'k3J_aB-9xYz0123456789abc', key: 'v1' };
  test.each([
    ['email', { ...hmac, domain: 'gmail.com' }],
    ['phone', hmac],
    ['tracking_number', hmac],
    ['user_agent', { ...hmac, device: 'mobile', browser: 'Safari', os: 'iOS' }],
    ['customer_name', 'Á***'],
    ['customer_name', '***'],
    ['birth_date', '1987'],
    ['city', 'Berlin'],
    ['ip_address', '0.0.0.0'],
    ['page_url', 'https://shop.example/p/1?utm_source=news'],
    ['search_term', 'red shoes 42'],
    ['email', 'string(12)'],
    ['phone', 'number'],
    ['email', { '*': '1 more' }],
    ['email', { city: 'string(3)', '*': '2 more' }],
  ])('%s may be %j', (name, value) => {
    expect(findPersonal({ data: { [name]: value } }, 'masked_view')).toEqual([]);
    expect(findPersonal({ [name]: ['0001', value] }, 'latest')).toEqual([]);
  });

  test.each([
    ['email', 'jane'],
    ['email', { hmac: 'short', key: 'v1' }],
    ['email', { ...hmac, address: 'jane' }],
    ['email', { '*': 'jane' }],
    ['email', { city: 'string(3)', note: 'jane' }],
    ['phone', 4915129876543],
    ['tracking_number', '1Z999'],
    ['user_agent', 'curl/8.0'],
    ['customer_name', 'Jane'],
    ['birth_date', '1987-03-14'],
    ['line1', 'Lane 7'],
    ['postal_code', '10115'],
    ['city', 'Berlin 030 1234567'],
    ['ip_address', '203.0.113.7'],
    ['page_url', 'https://shop.example/p/1?q=jane'],
    ['referrer', 'https://jane:pass@mail.example/'],
    ['search_term', 'order of jane@mail.example'],
  ])('%s may not be %j', (name, value) => {
    for (const stored of [{ [name]: value }, { [name]: ['0001', value] }]) {
      const [place] = findPersonal(stored, 'data');
      expect(place).toMatchObject({ path: name });
    }
    expect(findPersonal(value, name)).not.toEqual([]); // as a column
  });

  it('is known by what it belongs to', () => {
    const utm = { source: 'jane@mail.example', term: '0151 23456789' };
    expect(findPersonal({ utm }, 'data').map(({ path }) => path)).toEqual(['utm.source', 'utm.source', 'utm.term']);
    expect(findPersonal({ source: '0151 23456789' }, 'data')).toEqual([]);
  });
});

test('names that no schema knows are not shown, and are looked at too', () => {
  expect(findPersonal({ 'jane@mail.example': { jane: 'x@mail.example' } }, 'data')).toEqual([
    { path: '*', detector: 'email' },
    { path: '*.*', detector: 'email' },
  ]);
});

test('canaries are found in whatever case, in names, lists and numbers', () => {
  const stored = { a: ['x', 'y', 'the CANARY-7'], 'canary-7b': 1, c: 123456 };
  expect(findPersonal(stored, 'data', ['canary-7', '123456']).map(({ detector }) => detector)).toEqual([
    'canary',
    'canary',
    'canary',
  ]);
});

test('what the maskers make of any text has the form that the audit asks for', () => {
  const urls = fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string());
  fc.assert(fc.property(urls, (url) => detectUnmasked(['page_url'], maskUrl(url)) === null));
  const addresses = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string());
  fc.assert(fc.property(addresses, (text) => detectUnmasked(['ip_address'], maskIp(text)) === null));
  fc.assert(fc.property(addresses, (text) => !detectInText(maskIp(text)).includes('ip')));
  fc.assert(fc.property(fc.string(), (text) => detectUnmasked(['search_term'], scrubText(text)) === null));
});
