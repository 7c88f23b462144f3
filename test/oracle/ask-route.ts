import type { Sql } from 'postgres';
import { Temporal } from 'temporal-polyfill';
import type { Route } from '../../functions/query/route.ts';
import { STREAM_TO } from './make-stream.ts';
import { BUSINESS_ZONE } from './stream-database.ts';

/** What a route's oracle is asked about; `parameters` are the request's own words. */
export interface Question {
  readonly parameters: Readonly<Record<string, string>>;
  readonly from: number;
  readonly to: number;
  readonly zone: string;
  readonly now: number;
}

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
  readonly data: any;
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
  readonly meta: any;
}

/** Asks a route as the function does, of the read-only role. @returns `data` and `meta` of its 200 */
export async function askRoute(
  reader: Sql,
  name: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { answer }: { answer: Route } = await import(`../../functions/query/routes/${name}.ts`);
  const { status, body } = await answer({
    ...{ query: new URLSearchParams(parameters), database: () => reader, now: new Date(STREAM_TO) },
    ...{ timeZone: BUSINESS_ZONE, currency: 'EUR' },
  });
  if (status !== 200) throw new Error(`${name}: status ${status}`);
  return body as Answer;
}

/** The dates and instants of a request, as a reader of the contract would take them. */
export function readQuestion(parameters: Readonly<Record<string, string>>): Question {
  const zone = parameters.timezone ?? BUSINESS_ZONE;
  const instant = (text: string) =>
    text.includes('T')
      ? Date.parse(text)
      : Temporal.PlainDate.from(text).toZonedDateTime(zone).toInstant().epochMilliseconds;
  return { parameters, from: instant(parameters.from ?? ''), to: instant(parameters.to ?? ''), zone, now: STREAM_TO };
}

/** The period before, of the same length: as many calendar days where it is made of whole days. */
export function shiftBack({ from, to, zone }: Question): { readonly from: number; readonly to: number } {
  const local = (at: number) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const isMidnight = (at: number) => local(at).startOfDay().epochMilliseconds === at;
  if (!isMidnight(from) || !isMidnight(to)) return { from: from - (to - from), to: from };
  const days = local(from).toPlainDate().until(local(to).toPlainDate()).days;
  return { from: local(from).toPlainDate().subtract({ days }).toZonedDateTime(zone).epochMilliseconds, to: from };
}
