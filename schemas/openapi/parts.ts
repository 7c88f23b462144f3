/** What the documentation of the routes is made of. A schema is JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required: boolean;
  readonly description: string;
  readonly schema: Schema;
}
/** One that many routes have, by its key in `shared.ts`. */
export interface ParameterReference {
  readonly $ref: string;
}

export interface RouteDocumentation {
  /** One line, without a full stop. */
  readonly summary: string;
  /** Markdown. */
  readonly description?: string;
  readonly parameters?: readonly (Parameter | ParameterReference)[];
  /** JSON object that the request carries. */
  readonly body?: Schema;
}

/** The export `documentation` of `query/<name>.ts`. */
export interface QueryDocumentation extends RouteDocumentation {
  /** `data` of the answer. */
  readonly data: Schema;
  /** Members of `meta` beside those that every answer has. */
  readonly meta?: Readonly<Record<string, Schema>>;
}

/** The same of a route whose answers are not `{ data, meta }`: its OpenAPI responses by status. */
export interface PlainDocumentation extends RouteDocumentation {
  readonly responses: Readonly<Record<string, Schema>>;
}

/** The export `documentation` of `admin/<name>.ts`. */
export interface AdminDocumentation extends RouteDocumentation {
  readonly data: Schema;
  /** Members of `meta` beside `asOf` and `dryRun`. */
  readonly meta?: Readonly<Record<string, Schema>>;
  /** Problems beside 400, 500 and 503, by status, with when they are answered. */
  readonly problems?: Readonly<Record<number, string>>;
}

/** An object of exactly these members; those of `optional` may be absent. */
export function closed(
  properties: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    type: 'object',
    required: Object.keys(properties),
    properties: { ...properties, ...optional },
    additionalProperties: false,
  };
}

/** An object of any names with one kind of value. */
export const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });

export const listOf = (items: Schema, limits: { readonly maxItems?: number } = {}): Schema => ({
  type: 'array',
  items,
  ...limits,
});

export const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

export const oneOf = (values: readonly string[]): Schema => ({ type: 'string', enum: [...values] });

export const described = (schema: Schema, description: string): Schema => ({ ...schema, description });

/** A query parameter, not required. */
export const parameter = (name: string, schema: Schema, description: string): Parameter => ({
  ...{ name, in: 'query', required: false, description, schema },
});

export const pathParameter = (name: string, schema: Schema, description: string): Parameter => ({
  ...{ name, in: 'path', required: true, description, schema },
});

const reference = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** Decimal text, exact, with at least the currency's decimals. */
export const amount = reference('Amount');
/** Decimal text with 4 decimals, half up. */
export const average = reference('Average');
/** A whole number from 0. */
export const count = reference('Count');
/** Any number: hours, days, units. */
export const quantity: Schema = { type: 'number' };
/** In [0, 1]. */
export const rate = reference('Rate');
/** (now − before) ÷ before, null where there was nothing before. */
export const change = reference('Change');
/** RFC 3339 with the offset of the answer's zone. */
export const zonedInstant = reference('ZonedInstant');
/** RFC 3339 in UTC. */
export const instant = reference('Instant');
/** `YYYY-MM-DD`. */
export const date = reference('Date');
export const text: Schema = { type: 'string' };
export const textOrNull: Schema = { type: ['string', 'null'] };
export const eventType = reference('EventType');
/** ISO 4217. */
export const currency = reference('Currency');
/** Number of a row, as text. */
export const rowId = reference('RowId');
