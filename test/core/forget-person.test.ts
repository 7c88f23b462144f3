import { describe, expect, it } from 'vitest';
import { type Forgetting, forgetInData, forgetInLatest } from '#core/forget-person.ts';

const ada: Forgetting = {
  customers: new Map([['7', 'erased-1']]),
  anonymous: new Map([['a.b', 'erased-2']]),
  pseudonyms: new Set(['hmac-of-ada']),
};
const email = { hmac: 'hmac-of-ada', key: 'v1' };

describe('forgetting in data', () => {
  it('puts surrogates for ids and drops what is personal', () => {
    const data = { customer_id: '7', anonymous_id: 'a.b', email, ip_address: '1.2.3.0', total_amount: '7' };
    expect(forgetInData(data, ada)).toEqual({ customer_id: 'erased-1', anonymous_id: 'erased-2', total_amount: '7' });
  });

  it.each([
    ['https://s.example/user/7', 'https://s.example/user/***'],
    ['https://s.example/item/17?utm_term=7', 'https://s.example/item/17?utm_term=***'],
    ['https://s.example/a.b/axb', 'https://s.example/***/axb'],
  ])('takes whole ids out of %s', (page_url, left) => {
    expect(forgetInData({ page_url, utm: { content: 'c-7' } }, ada)).toEqual({
      page_url: left,
      utm: { content: 'c-***' },
    });
  });

  it('takes from an erased customer a device that others use too', () => {
    expect(forgetInData({ customer_id: '7', anonymous_id: 'kiosk' }, ada)).toEqual({ customer_id: 'erased-1' });
    expect(forgetInData({ customer_id: '8', anonymous_id: 'kiosk' }, ada)).toEqual({
      customer_id: '8',
      anonymous_id: 'kiosk',
    });
  });

  it('leaves another customer all but the shared pseudonym', () => {
    const data = { customer_id: '8', email, phone: { hmac: 'other', key: 'v1' }, customer_name: 'C***' };
    const { email: _, ...rest } = data;
    expect(forgetInData(data, ada)).toEqual(rest);
  });

  it('drops without a trace where nothing is to stand in the place', () => {
    const dropping: Forgetting = { ...ada, customers: new Map([['7', null]]), anonymous: new Map([['a.b', null]]) };
    expect(forgetInData({ customer_id: '7', anonymous_id: 'a.b', session_id: 's' }, dropping)).toEqual({
      session_id: 's',
    });
  });
});

it('keeps the order of entries, so that later events fold as before', () => {
  const latest = { customer_id: ['1', '7'], status: ['2', 'paid'], utm: ['1', { content: '7' }] } as const;
  expect(forgetInLatest(latest, ada)).toEqual({
    ...{ customer_id: ['1', 'erased-1'], status: ['2', 'paid'], utm: ['1', { content: '***' }] },
  });
});
