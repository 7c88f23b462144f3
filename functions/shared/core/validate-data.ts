import type { NumberTexts } from './check-body.ts';
import { type Fault, toFault } from './check-envelope.ts';
import type { Json, JsonObject } from './event.ts';
import { normalizeInstant } from './instant.ts';
import type { FieldPlan, FieldPlans } from './mask-plan.ts';
import { eventSchemas } from './validators.ts';

export type ValidatedData = { readonly data: JsonObject } | { readonly fault: Fault };

/**
 * Checks `data` by its type's schema and gives a new object of the named fields alone: amounts and quantities as decimal
 * strings, instants in UTC, no nulls but where the schema has them. `data` itself loses its nulls.
 */
export function validateData(type: string, version: string, data: JsonObject, texts: NumberTexts): ValidatedData {
  const schema = eventSchemas.get(`${type} ${version}`);
  if (!schema) throw new Error(`schemas/${type}.${version}.json: not compiled`);
  forgetNulls(data, schema.plan);
  if (!schema.validate(data)) return { fault: toFault(schema.validate.errors, '/data') };
  return { data: normalizeFields(data, schema.plan, texts) };
}

/** A null that means absent becomes undefined, which the validator takes for absent: `required` then finds it missing. */
function forgetNulls(value: Json | undefined, plans: FieldPlans): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return;
  const object = value as Record<string, Json | undefined>;
  for (const name in plans) {
    const plan = plans[name] as FieldPlan;
    const member = object[name];
    if (member === undefined) continue;
    if (member === null) {
      if (!plan.nullable) object[name] = undefined;
    } else if (plan.fields) forgetNulls(member, plan.fields);
    else if (plan.items?.fields && Array.isArray(member))
      for (const item of member) forgetNulls(item, plan.items.fields);
  }
}

function normalizeFields(object: JsonObject, plans: FieldPlans, texts: NumberTexts): JsonObject {
  const normalized: Record<string, Json> = {};
  for (const name in plans) {
    // A field named like a member of Object.prototype must be the event's own.
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (value === undefined) continue;
    const text = typeof value === 'number' ? texts.get(object)?.get(name) : undefined;
    normalized[name] = normalize(value, plans[name] as FieldPlan, texts, text);
  }
  return normalized;
}

function normalize(value: Json, plan: FieldPlan, texts: NumberTexts, text?: string): Json {
  if (plan.fields) return normalizeFields(value as JsonObject, plan.fields, texts);
  if (plan.items) return (value as readonly Json[]).map((item) => normalize(item, plan.items as FieldPlan, texts));
  if (plan.kind === 'decimal') return typeof value === 'number' ? decimalText(value, text) : value;
  if (plan.kind === 'instant') return normalizeInstant(value as string);
  return value;
}

/** The shortest text that names the double, unless its own text is plain and at most 4 decimals: then that, exactly. */
function decimalText(value: number, text: string | undefined): string {
  return text !== undefined && /^-?\d+\.\d{1,4}$/.test(text) ? text : String(value);
}
