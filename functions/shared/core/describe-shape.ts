import { MAX_DEPTH } from './check-body.ts';
import type { Json, JsonObject } from './event.ts';
import type { FieldPlan, FieldPlans } from './mask-plan.ts';
import { eventSchemas } from './validators.ts';

const UNKNOWN = '*';
/** One more array item or name than this is only counted. */
const MAX_MEMBERS = 50;

const knownNames = new Set(
  'specversion id source type time subject data dataschema datacontenttype traceparent tracestate'.split(' '),
);
function collectNames(plans: FieldPlans): void {
  for (const [name, plan] of Object.entries<FieldPlan>(plans)) {
    knownNames.add(name);
    collectNames(plan.fields ?? plan.items?.fields ?? {});
  }
}
for (const { plan } of eventSchemas.values()) collectNames(plan);

/**
 * What a refused body looked like, without any of its values: names that a schema knows, the number of others as `*`, and
 * in place of values their JSON type and length (`string(12)`). Arrays show their count and first item. A body that is not
 * JSON is `text(<length>)`.
 */
export function describeShape(body: string): Json {
  let parsed: Json;
  try {
    parsed = JSON.parse(body);
  } catch {
    return `text(${body.length})`;
  }
  return describe(parsed, 1);
}

function describe(parsed: Json, depth: number): Json {
  if (typeof parsed === 'string') return `string(${parsed.length})`;
  if (parsed === null || typeof parsed !== 'object') return parsed === null ? 'null' : typeof parsed;
  if (Array.isArray(parsed)) {
    const count = `array(${parsed.length})`;
    return parsed.length === 0 || depth >= MAX_DEPTH ? count : [count, describe(parsed[0], depth + 1)];
  }
  const names = Object.keys(parsed);
  if (depth >= MAX_DEPTH) return `object(${names.length})`;
  const shape: Record<string, Json> = {};
  let unknown = 0;
  for (const name of names.slice(0, MAX_MEMBERS)) {
    if (knownNames.has(name)) shape[name] = describe((parsed as JsonObject)[name] ?? null, depth + 1);
    else unknown++;
  }
  unknown += Math.max(0, names.length - MAX_MEMBERS);
  if (unknown > 0) shape[UNKNOWN] = `${unknown} more`;
  return shape;
}
