import { type Country, countries } from './catalog.ts';
import { DAY } from './cloud-event.ts';
import type { Random } from './random.ts';

/** Someone who visits: a customer, or nobody the shop knows. */
export interface Person {
  readonly anonymousId: string;
  readonly customerId?: string;
  /** Milliseconds; customers only. */
  readonly registeredAt?: number;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly birthDate: string;
  readonly place: Country;
  readonly ipAddress: string;
  readonly deviceType: string;
  readonly userAgent: string;
  readonly optIn: boolean;
}

const firstNames = [
  'Ada',
  'Bruno',
  'Clara',
  'Dario',
  'Elif',
  'Finn',
  'Greta',
  'Hugo',
  'Ines',
  'Jonas',
  'Karla',
  'Levin',
];
const lastNames = ['Muster', 'Beispiel', 'Exemple', 'Voorbeeld', 'Esempio', 'Sample', 'Modell', 'Probe', 'Testar'];

const agents = {
  mobile: [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36',
  ],
  desktop: [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:141.0) Gecko/20100101 Firefox/141.0',
  ],
  tablet: [
    'Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  ],
} as const;

const devices = [
  ['mobile', 56],
  ['desktop', 36],
  ['tablet', 8],
] as const;

/** Addresses that RFC 5737 and RFC 3849 keep for documentation: nobody's. */
function ipAddress(random: Random): string {
  if (random.chance(0.15)) {
    return `2001:db8:${random.integer(1, 65_535).toString(16)}::${random.integer(1, 255).toString(16)}`;
  }
  return `${random.pick(['192.0.2', '198.51.100', '203.0.113'])}.${random.integer(1, 254)}`;
}

function makePerson(run: string, number: number, random: Random): Person {
  const first = random.pick(firstNames);
  const last = random.pick(lastNames);
  const deviceType = random.weighted(devices);
  return {
    anonymousId: `anon-${run}-${number}`,
    name: `${first} ${last}`,
    email: `${first}.${last}.${number}@example.com`.toLowerCase(),
    // Kept for fiction by Ofcom.
    phone: `+44 20 7946 0${String(random.integer(0, 999)).padStart(3, '0')}`,
    birthDate: `${random.integer(1950, 2006)}-${String(random.integer(1, 12)).padStart(2, '0')}-${String(random.integer(1, 28)).padStart(2, '0')}`,
    place: random.weighted(countries.map((place) => [place, place.share] as const)),
    ipAddress: ipAddress(random),
    deviceType,
    userAgent: random.pick(agents[deviceType]),
    optIn: random.chance(0.6),
  };
}

export interface People {
  /** A customer that registered before `at`, or undefined when there is none; some come far more often than others. */
  customer(at: number): Person | undefined;
  stranger(): Person;
  readonly customers: readonly Person[];
}

/** `count` customers: two thirds were there before the sample begins, the others register during it. */
export function makePeople(run: string, count: number, from: number, to: number, random: Random): People {
  const customers = Array.from({ length: count }, (_, index) => ({
    ...makePerson(run, index + 1, random),
    customerId: `C-${run}-${String(index + 1).padStart(4, '0')}`,
    registeredAt: random.chance(0.66)
      ? from - Math.floor(random.unit() * 700 * DAY)
      : from + Math.floor(random.unit() * (to - from)),
  })).sort((a, b) => a.registeredAt - b.registeredAt);
  let strangers = 0;
  return {
    customers,
    customer(at) {
      const known = customers.findLastIndex(({ registeredAt }) => registeredAt < at) + 1;
      // The power makes the longest known the most frequent: few come often, many once.
      return known === 0 ? undefined : customers[Math.floor(random.unit() ** 1.5 * known)];
    },
    stranger: () => makePerson(run, 100_000 + ++strangers, random),
  };
}
