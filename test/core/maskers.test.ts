import { describe, expect, test } from 'vitest';
import { maskEmail } from '#core/maskers/mask-email.ts';
import { maskIp } from '#core/maskers/mask-ip.ts';
import { maskName } from '#core/maskers/mask-name.ts';
import { maskPhone } from '#core/maskers/mask-phone.ts';
import { maskTrackingNumber } from '#core/maskers/mask-tracking-number.ts';
import { maskUrl } from '#core/maskers/mask-url.ts';
import { maskUserAgent } from '#core/maskers/mask-user-agent.ts';
import { scrubText } from '#core/maskers/scrub-text.ts';
import { makePseudonymize } from '#core/pseudonymize.ts';

const makeKeys = (current: string, byte: number) => ({ current, keys: new Map([[current, Buffer.alloc(32, byte)]]) });
const pseudonymize = makePseudonymize(makeKeys('v1', 1));
const rotated = makePseudonymize(makeKeys('v2', 2));

describe('email', () => {
  test('is a keyed pseudonym of the trimmed, lower-cased address', () => {
    const masked = maskEmail('  Anna@Shop.Example ', pseudonymize);
    // HMAC-SHA256 of "email\0anna@shop.example" under 32 bytes of 1, by Python's hmac.
    expect(masked).toEqual({ hmac: 'DNAgg1OoHSUl1gBVYx4piAZG', key: 'v1' });
    expect(maskEmail('anna@shop.example', pseudonymize)).toEqual(masked);
    expect(maskEmail('anna@shop.example', rotated)).toEqual({
      hmac: expect.not.stringMatching(masked.hmac),
      key: 'v2',
    });
    expect(Buffer.from(masked.hmac, 'base64url').length * 8).toBeGreaterThanOrEqual(128);
  });

  test.each([
    ['a@gmail.com', 'gmail.com'],
    ['A@GMX.De', 'gmx.de'],
    ['"odd@local"@yahoo.co.uk', 'yahoo.co.uk'],
    ['a@anna-example.de', undefined],
    ['a@mail.gmail.com', undefined],
    ['用户@例子.广告', undefined],
    ['gmail.com', undefined],
    ['', undefined],
  ])('%j shows the domain %s', (address, domain) => {
    expect(maskEmail(address, pseudonymize).domain).toBe(domain);
  });
});

test.each([
  ['203.0.113.77', '203.0.113.0'],
  ['203.0.113.77:8080', '203.0.113.0'],
  [' 203.0.113.77 , 10.0.0.1', '203.0.113.0'],
  ['2001:db8:1:2:3:4:5:6, 203.0.113.77', '2001:db8:1::'],
  ['::ffff:203.0.113.77', '203.0.113.0'],
  ['::FFFF:cb00:714d', '203.0.113.0'],
  ['0:0:0:0:0:ffff:203.0.113.77', '203.0.113.0'],
  ['[::ffff:203.0.113.77]:443', '203.0.113.0'],
  ['2001:db8:85a3:8d3:1319:8a2e:370:7348', '2001:db8:85a3::'],
  ['[2001:DB8::7348]:443', '2001:db8::'],
  ['[2001:db8:0:1::1]', '2001:db8::'],
  ['fe80::1%eth0', 'fe80::'],
  ['2001:0:5::1', '2001:0:5::'],
  ['::1', '::'],
  ['64:ff9b::203.0.113.77', '64:ff9b::'],
  ['999.1.1.1', '0.0.0.0'],
  ['203.0.113', '0.0.0.0'],
  ['203.0.113.077', '0.0.0.0'],
  ['3405803853', '0.0.0.0'],
  ['unknown, 203.0.113.77', '0.0.0.0'],
  ['anna@example.com', '0.0.0.0'],
  ['', '0.0.0.0'],
])('ip %j is %s', (written, masked) => {
  expect(maskIp(written)).toBe(masked);
});

test.each([
  ['Anna Example', 'A***'],
  ['  émile', 'é***'],
  ['e\u0301mile', 'e\u0301***'],
  ['李小龙', '李***'],
  ['+49 151 Anna', 'A***'],
  ['49151', '***'],
  ['', '***'],
])('name %j is %s', (name, masked) => {
  expect(maskName(name)).toBe(masked);
});

test('phones are the same however they are written, and other than tracking numbers', () => {
  const masked = maskPhone('+49 (151) 123-45678', pseudonymize);
  for (const other of ['004915112345678', 4915112345678, '+49.151.12345678', '＋49 151 12345678'])
    expect(maskPhone(other, pseudonymize)).toEqual(masked);
  expect(maskPhone('ext. none', pseudonymize)).not.toEqual(maskPhone('', pseudonymize));
  expect(maskTrackingNumber('4915112345678', pseudonymize).hmac).not.toBe(masked.hmac);
  expect(maskTrackingNumber('jd 014', pseudonymize)).toEqual(maskTrackingNumber('JD014', pseudonymize));
});

const windows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36';
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
test.each([
  [windows, { device: 'desktop', browser: 'Chrome', os: 'Windows' }],
  [iphone, { device: 'mobile', browser: 'Safari', os: 'iOS' }],
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', { device: 'bot', browser: 'Googlebot' }],
  ['anna.example/1.0 (anna@example.com)', { device: 'other', browser: 'other', os: 'other' }],
  ['Anna Example', { device: 'other', browser: 'other', os: 'other' }],
  ['', { device: 'other', browser: 'other', os: 'other' }],
])('user agent %j', (agent, families) => {
  expect(maskUserAgent(agent, pseudonymize)).toMatchObject({ ...families, key: 'v1' });
});

test.each([
  'red mug',
  'iphone 15 pro max 256',
  '2026-11-28',
  'sale_2026_11_28',
  'a b c 123456',
  '550e8400-e29b-41d4-a716-446655440000',
  '@brand',
  '100 % cotton',
  '50%25 off',
])('%j stays', (text) => {
  expect(scrubText(text)).toBe(text);
});

test.each([
  'anna@example.com',
  'mail ANNA@EXAMPLE.COM please',
  'anna%40example.com',
  'anna%2540example.com',
  'anna%252540example.com',
  'anna%25252540example.com',
  '%zz anna%40example.com %',
  'anna＠example.com',
  'anna\u200b@example.com',
  'jörg@müller.de',
  '用户@例子.广告',
  '4915112345678',
  '+49 151 123-45678',
  '(030) 1234567',
  '%2B49%20151%20123',
  '0151/1234567',
  '０１５１１２３４５６７',
  '٠١٥١١٢٣٤٥٦٧',
  '4111 1111 1111 1111',
  '0151\u20601234567',
  'ref 20261128123',
])('%j is replaced', (text) => {
  expect(scrubText(text)).toBe('***');
});

test.each([
  [
    'https://shop.example/p/mug?color=red&utm_source=google&utm_medium=cpc#top',
    'https://shop.example/p/mug?utm_source=google&utm_medium=cpc',
  ],
  ['https://anna:secret@shop.example:8443/p', 'https://shop.example:8443/p'],
  ['https://shop.example/u/anna@example.com/orders', 'https://shop.example/u/***/orders'],
  ['https://shop.example/u/anna%40example.com', 'https://shop.example/u/***'],
  ['https://shop.example/u/anna%2540example.com', 'https://shop.example/u/***'],
  ['https://shop.example/call/+49-151-12345678', 'https://shop.example/call/***'],
  ['https://shop.example/blog/2026/01/31/sale', 'https://shop.example/blog/2026/01/31/sale'],
  [
    'https://shop.example/?utm_campaign=anna%40example.com&UTM_TERM=mug',
    'https://shop.example/?utm_campaign=***&UTM_TERM=mug',
  ],
  ['https://shop.example/?utm_anna@example.com=1&utm_49151123=2', 'https://shop.example/'],
  ['https://shop.example/?q=x&Utm_source=%2B49%20151%20123%2045', 'https://shop.example/?Utm_source=***'],
  ['/p/mug?utm_source=x&email=anna@example.com#anna', '/p/mug?utm_source=x'],
  ['p/mug', '/p/mug'],
  ['//www.google.com/search?q=anna', 'http://www.google.com/search'],
  ['http://203.0.113.77/x', 'http://203.0.113.0/x'],
  ['http://[2001:db8:1:2::3]:80/x', 'http://[2001:db8:1::]/x'],
  ['http://4915112345678.shop.example/', 'http://***.shop.example/'],
  ['android-app://com.google.android.gm/anna', 'android-app://com.google.android.gm'],
  ['mailto:anna@example.com', 'about:invalid'],
  ['javascript:alert(1)', 'about:invalid'],
  ['data:text/plain,anna', 'about:invalid'],
  ['http://', 'about:invalid'],
  ['', ''],
])('url %s is %s', (written, masked) => {
  expect(maskUrl(written)).toBe(masked);
});
