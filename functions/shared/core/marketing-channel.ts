import { siteKindOf } from './known-sites.ts';

/** What a session's campaign parameters, or the site that linked here, say. Null where they do not. */
export interface TrafficSource {
  readonly source: string | null;
  readonly medium: string | null;
  readonly campaign: string | null;
}

/** The source and medium of who came without a campaign and without a referrer. */
export const direct = { source: '(direct)', medium: '(none)', channel: 'Direct' } as const;

const paid = /^(.*cp.*|ppc|retargeting|paid.*)$/;
const shoppingCampaign = /^(.*(([^a-df-z]|^)shop|shopping).*)$/;
const emails = ['email', 'e-mail', 'e_mail', 'e mail'];
const displays = ['display', 'banner', 'expandable', 'interstitial', 'cpm'];
const socials = ['social', 'social-network', 'social-media', 'sm', 'social network', 'social media'];
/** Of the traffic that nothing says of, and what the rules have no name for. */
const UNASSIGNED = 'Unassigned';

/**
 * The marketing channel: Google Analytics' default channel group for manually tagged traffic, the first rule that applies
 * in the order of https://support.google.com/analytics/answer/9756891. Case does not matter.
 */
export function marketingChannelOf(traffic: TrafficSource): string {
  const [source, medium, campaign] = [traffic.source, traffic.medium, traffic.campaign].map(
    (text) => text?.toLowerCase() ?? '',
  ) as [string, string, string];
  const site = siteKindOf(source);
  const isPaid = paid.test(medium);
  const isShopping = site === 'shopping' || shoppingCampaign.test(campaign);
  const rules: readonly (readonly [applies: boolean, channel: string])[] = [
    [['(direct)', 'direct'].includes(source) && ['', '(not set)', '(none)'].includes(medium), direct.channel],
    [campaign.includes('cross-network'), 'Cross-network'],
    [isShopping && isPaid, 'Paid Shopping'],
    [site === 'search' && isPaid, 'Paid Search'],
    [site === 'social' && isPaid, 'Paid Social'],
    [site === 'video' && isPaid, 'Paid Video'],
    [displays.includes(medium), 'Display'],
    [isPaid, 'Paid Other'],
    [isShopping, 'Organic Shopping'],
    [site === 'social' || socials.includes(medium), 'Organic Social'],
    [site === 'video' || medium.includes('video'), 'Organic Video'],
    [site === 'search' || medium === 'organic', 'Organic Search'],
    [emails.includes(source) || emails.includes(medium), 'Email'],
    [medium === 'affiliate' || medium === 'affiliates', 'Affiliates'],
    [['referral', 'app', 'link'].includes(medium), 'Referral'],
    [medium === 'audio', 'Audio'],
    [source === 'sms' || medium === 'sms', 'SMS'],
    [/push$|mobile|notification/.test(medium) || source === 'firebase', 'Mobile Push Notifications'],
  ];
  return rules.find(([applies]) => applies)?.[1] ?? UNASSIGNED;
}
