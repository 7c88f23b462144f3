import { expect, test } from 'vitest';
import { marketingChannelOf } from '#core/marketing-channel.ts';
import { originOf } from '#core/session-origin.ts';

/** Rows of the table that Google publishes, in its order, each where only its own rule or an earlier one tells. */
test.each([
  ['(direct)', '(none)', null, 'Direct'],
  ['(direct)', '(not set)', null, 'Direct'],
  ['google', 'cpc', 'Cross-Network sale', 'Cross-network'],
  ['amazon', 'cpc', null, 'Paid Shopping'],
  ['google', 'ppc', 'summer shopping', 'Paid Shopping'],
  // "([^a-df-z]|^)shop": an e may stand before it, no other letter
  ['google', 'cpc', 'my-shop', 'Paid Shopping'],
  ['google', 'cpc', 'eshop', 'Paid Shopping'],
  ['google', 'cpc', 'workshop', 'Paid Search'],
  ['google', 'CPC', null, 'Paid Search'],
  ['bing', 'retargeting', null, 'Paid Search'],
  ['www.google.co.uk', 'paid-search', null, 'Paid Search'],
  ['google', 'cpm', null, 'Paid Search'],
  ['facebook', 'paid_social', null, 'Paid Social'],
  ['l.instagram.com', 'cpc', null, 'Paid Social'],
  ['youtube', 'cpv-cpc', null, 'Paid Video'],
  ['partner', 'banner', null, 'Display'],
  ['partner', 'cpm', null, 'Display'],
  ['partner', 'cpc', null, 'Paid Other'],
  ['amazon.de', 'referral', null, 'Organic Shopping'],
  ['newsletter', 'email', 'shop the look', 'Organic Shopping'],
  ['facebook.com', 'referral', null, 'Organic Social'],
  ['partner', 'social-network', null, 'Organic Social'],
  ['vimeo.com', 'referral', null, 'Organic Video'],
  ['partner', 'video-post', null, 'Organic Video'],
  ['google', 'organic', null, 'Organic Search'],
  ['duckduckgo.com', 'referral', null, 'Organic Search'],
  ['unheard', 'organic', null, 'Organic Search'],
  ['newsletter', 'e-mail', null, 'Email'],
  ['email', 'referral', null, 'Email'],
  ['deals', 'affiliate', null, 'Affiliates'],
  ['blog.example', 'referral', null, 'Referral'],
  ['partner', 'link', null, 'Referral'],
  ['podcast', 'audio', null, 'Audio'],
  ['sms', 'text', null, 'SMS'],
  ['crm', 'web-push', null, 'Mobile Push Notifications'],
  ['crm', 'mobile', null, 'Mobile Push Notifications'],
  ['partner', 'leaflet', null, 'Unassigned'],
  [null, null, 'autumn', 'Unassigned'],
])('%s, %s, %s: %s', (source, medium, campaign, channel) => {
  expect(marketingChannelOf({ source, medium, campaign })).toBe(channel);
});

const page_url = 'https://www.shop.example/a';
test.each([
  ['neither', { page_url }, undefined],
  ['an empty referrer', { page_url, referrer: '' }, undefined],
  ['the shop itself, with or without www', { page_url, referrer: 'https://shop.example/b' }, undefined],
  ['a referrer within the site', { page_url, referrer: '/b' }, undefined],
  [
    'a search engine',
    { page_url, referrer: 'https://www.google.de/' },
    { source: 'google', medium: 'organic', referrer_host: 'google.de', channel: 'Organic Search' },
  ],
  [
    'another site',
    { page_url, referrer: 'https://blog.example/post' },
    { source: 'blog.example', medium: 'referral', referrer_host: 'blog.example', channel: 'Referral' },
  ],
  [
    'an app',
    { page_url, referrer: 'android-app://com.example.mail' },
    { source: 'com.example.mail', medium: 'referral', referrer_host: 'com.example.mail', channel: 'Referral' },
  ],
  [
    'a campaign before a referrer',
    { page_url, referrer: 'https://blog.example/', utm: { source: 'mail', medium: 'email', term: '' } },
    { source: 'mail', medium: 'email', channel: 'Email' },
  ],
  [
    'a campaign in the address alone',
    { page_url: '/sale?UTM_Source=mail&utm_campaign=a%20b' },
    { source: 'mail', campaign: 'a b', channel: 'Unassigned' },
  ],
  ['a campaign without a value', { page_url: `${page_url}?utm_source=`, utm: { source: null } }, undefined],
])('a session that begins with %s', (_, arrival, origin) => {
  expect(originOf(arrival)).toEqual(origin);
});
