/** Values of the schemas' annotation `x-personal`, each with its masker in `maskers/`. */
export const personalKinds = [
  'email',
  'ip',
  'userAgent',
  'name',
  'phone',
  'tracking',
  'birthDate',
  'address',
  'url',
  'freeText',
] as const;
export type PersonalKind = (typeof personalKinds)[number];

/**
 * What becomes of one named field, derived from its schema at build time (`scripts/compile-schemas.ts`). Fields without a
 * plan are dropped: the plan is the allow list of normalizing and of masking alike.
 */
export interface FieldPlan {
  /** `decimal`: becomes a decimal string; `instant`: 27 characters of UTC; `keep`: stays as it is. */
  readonly kind: 'decimal' | 'instant' | 'keep';
  readonly personal?: PersonalKind;
  /** The schema names null as a value; elsewhere null means absent. */
  readonly nullable?: true;
  readonly fields?: FieldPlans;
  readonly items?: FieldPlan;
}
export type FieldPlans = { readonly [name: string]: FieldPlan };
