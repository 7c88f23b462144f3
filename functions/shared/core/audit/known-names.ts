import type { FieldPlan, FieldPlans } from '../mask-plan.ts';
import { eventSchemas } from '../validators.ts';

function namesOf(plans: FieldPlans): string[] {
  return Object.entries<FieldPlan>(plans).flatMap(([name, plan]) => [
    name,
    ...namesOf(plan.fields ?? plan.items?.fields ?? {}),
  ]);
}

/** Names that can be shown: the schemas'. Any other may itself be personal. */
export const knownNames: ReadonlySet<string> = new Set([...eventSchemas.values()].flatMap(({ plan }) => namesOf(plan)));
