/** What the schemas say about normalizing and masking, as plans for the run time and as schemas of the masked data. */
import { type FieldPlan, type PersonalKind, personalKinds } from '#core/mask-plan.ts';

export interface Schema {
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly 'x-personal'?: string;
}

/** The schema with its `$ref` to definitions.json (the only file that may be referred to) replaced by what stands there. */
function resolve(schema: Schema, definitions: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...beside } = schema;
  const target = definitions.$defs?.[$ref.replace(/^(?:definitions\.json)?#\/\$defs\//, '')];
  if (target === undefined) throw new Error(`$ref ${$ref}: expected definitions.json#/$defs/<name>`);
  return { ...resolve(target, definitions), ...beside };
}

function personalKind(schema: Schema, place: string): PersonalKind | undefined {
  const kind = schema['x-personal'];
  if (kind === undefined) return undefined;
  const known = personalKinds.find((name) => name === kind);
  if (known === undefined) throw new Error(`${place}: x-personal must be one of ${personalKinds.join(', ')}`);
  return known;
}

/** `place` names the schema's file and field in errors. */
export function derivePlan(unresolved: Schema, definitions: Schema, place: string): FieldPlan {
  const schema = resolve(unresolved, definitions);
  const personal = personalKind(schema, place);
  return {
    kind: schema.format === 'decimal4' ? 'decimal' : schema.format === 'date-time' ? 'instant' : 'keep',
    ...(personal && { personal }),
    ...(Array.isArray(schema.type) && schema.type.includes('null') && { nullable: true as const }),
    ...(schema.properties && {
      fields: Object.fromEntries(
        Object.entries(schema.properties).map(([name, field]) => [
          name,
          derivePlan(field, definitions, `${place}/${name}`),
        ]),
      ),
    }),
    ...(schema.items && { items: derivePlan(schema.items, definitions, `${place}/*`) }),
  };
}

const closed = { type: 'object', additionalProperties: false } as const;
const text = { type: 'string' } as const;
const pseudonym = { hmac: text, key: text };

/** The shape that the masker of each kind gives; null where it drops the field. */
const maskedShapes: Readonly<Record<PersonalKind, Schema | null>> = {
  email: { ...closed, required: ['hmac', 'key'], properties: { ...pseudonym, domain: text } },
  userAgent: {
    ...closed,
    required: ['hmac', 'key', 'device', 'browser', 'os'],
    properties: { ...pseudonym, device: text, browser: text, os: text },
  },
  phone: { ...closed, required: ['hmac', 'key'], properties: pseudonym },
  tracking: { ...closed, required: ['hmac', 'key'], properties: pseudonym },
  address: null,
  ip: text,
  name: text,
  birthDate: text,
  url: text,
  freeText: text,
};

/** Schema of the normalized, masked value, for the types. */
export function maskedSchema(unresolved: Schema, definitions: Schema): Schema {
  const schema = resolve(unresolved, definitions);
  const { description } = schema;
  const personal = personalKind(schema, schema.$id ?? '');
  if (personal) return { description, ...maskedShapes[personal] };
  if (schema.format === 'decimal4') return { description, type: 'string' };
  if (schema.items) return { description, type: 'array', items: maskedSchema(schema.items, definitions) };
  if (schema.properties) {
    const kept = Object.entries(schema.properties).filter(
      ([, field]) => resolve(field, definitions)['x-personal'] !== 'address',
    );
    return {
      ...closed,
      description,
      required: schema.required?.filter((name) => kept.some(([field]) => field === name)),
      properties: Object.fromEntries(kept.map(([name, field]) => [name, maskedSchema(field, definitions)])),
    } as Schema;
  }
  return { description, type: schema.type, ...(schema.enum && { enum: schema.enum }) };
}
