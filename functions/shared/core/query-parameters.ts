import { data as currencies } from 'currency-codes';
import { Temporal } from 'temporal-polyfill';
import { isDate, normalizeInstant } from './instant.ts';
import { BadParameter } from './problem.ts';
import { type Granularity, granularities, type Range, shiftDays, startOfDay } from './time-windows.ts';
import { readTimeZone } from './time-zone.ts';

/** What an answer is about, as most routes take it. */
export interface CommonParameters {
  readonly range: Range;
  readonly granularity: Granularity;
  /** IANA name. */
  readonly timeZone: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Decimals of the currency. */
  readonly digits: number;
  readonly channel: string | null;
  readonly comparePrevious: boolean;
}

export const commonNames = ['from', 'to', 'granularity', 'timezone', 'currency', 'channel', 'compare'] as const;

/** The query's parameters by name. @throws {BadParameter} on one that the route does not have or that is given twice */
export function readParameters(query: URLSearchParams, names: readonly string[]): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of query) {
    if (!names.includes(name))
      throw new BadParameter(name, `there is no such parameter; this route has ${names.join(', ') || 'none'}`);
    if (parameters.has(name)) throw new BadParameter(name, 'expected once');
    parameters.set(name, value);
  }
  return parameters;
}

/** @throws {BadParameter} naming the parameter and what it must be */
export function readCommonParameters(
  parameters: ReadonlyMap<string, string>,
  defaults: { readonly timeZone: string; readonly currency: string; readonly now: Date },
): CommonParameters {
  const timeZone = readZone(parameters.get('timezone') ?? defaults.timeZone);
  const currency = readCurrency(parameters.get('currency') ?? defaults.currency);
  return {
    range: readRange(parameters, timeZone, defaults.now),
    granularity: readChoice(parameters, 'granularity', granularities) ?? 'day',
    timeZone,
    currency: currency.code,
    digits: currency.digits,
    channel: readChannel(parameters.get('channel')),
    comparePrevious: readChoice(parameters, 'compare', ['previous_period']) !== undefined,
  };
}

export function readChoice<Choice extends string>(
  parameters: ReadonlyMap<string, string>,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = parameters.get(name);
  const choice = choices.find((candidate) => candidate === value);
  if (value !== undefined && choice === undefined) throw new BadParameter(name, `expected ${choices.join(' or ')}`);
  return choice;
}

const DEFAULT_DAYS = 30;

/** `to` defaults to the start of today, `from` to 30 days before `to`. */
function readRange(parameters: ReadonlyMap<string, string>, zone: string, now: Date): Range {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime());
  const to = readInstant(parameters, 'to', zone) ?? shiftDays(today, 0, zone);
  const from = readInstant(parameters, 'from', zone) ?? shiftDays(to, -DEFAULT_DAYS, zone);
  if (Temporal.Instant.compare(from, to) >= 0) throw new BadParameter('from', 'expected before to');
  return { from, to };
}

/** Beyond these years nothing is sold, and zones have no rules. */
const YEARS = { first: 1970, last: 2199 };

/** The first instant of a date in the zone, or the instant of a date-time; undefined where the parameter is not given. */
export function readInstant(
  parameters: ReadonlyMap<string, string>,
  name: string,
  zone: string,
): Temporal.Instant | undefined {
  const text = parameters.get(name);
  if (text === undefined) return undefined;
  // A "+" that was not encoded arrives as a space.
  const instant = isDate(text) ? text : normalizeInstant(text.replace(/ (?=\d\d:\d\d$)/, '+'));
  if (instant === null)
    throw new BadParameter(name, 'expected a date (YYYY-MM-DD) or an RFC 3339 date-time with offset');
  const year = Number(instant.slice(0, 4));
  if (year < YEARS.first || year > YEARS.last) {
    throw new BadParameter(name, `expected a year from ${YEARS.first} to ${YEARS.last}`);
  }
  return isDate(text) ? startOfDay(text, zone) : Temporal.Instant.from(instant);
}

function readZone(name: string): string {
  const zone = readTimeZone(name);
  if (zone === undefined) throw new BadParameter('timezone', 'expected an IANA time zone, as Europe/Berlin');
  return zone;
}

function readCurrency(code: string): { readonly code: string; readonly digits: number } {
  const currency = currencies.find((candidate) => candidate.code === code);
  if (currency === undefined) throw new BadParameter('currency', 'expected an ISO 4217 code, as EUR');
  return currency;
}

function readChannel(channel: string | undefined): string | null {
  if (channel === undefined) return null;
  // PostgreSQL has no NUL in text; U+FFFD stands for bytes that were not UTF-8.
  if (!/^[^\p{Cc}\ufffd]{1,128}$/u.test(channel)) throw new BadParameter('channel', 'expected 1 to 128 characters');
  return channel;
}
