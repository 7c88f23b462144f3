/** An EventBridge event pattern: per field a list of alternatives, or a nested pattern. */
export type EventPattern = { readonly [field: string]: readonly unknown[] | EventPattern };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether an event matches a pattern, as EventBridge decides it: every field must, by any of its alternatives. */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  if (!isObject(event)) return false;
  return Object.entries(pattern).every(([field, expected]) => {
    const actual = Object.hasOwn(event, field) ? event[field] : undefined;
    if (!Array.isArray(expected)) return matchesPattern(expected as EventPattern, actual);
    return expected.some((alternative) => matchesField(alternative, actual));
  });
}

/** An array in the event matches when any of its elements does. */
function matchesField(alternative: unknown, actual: unknown): boolean {
  if (isObject(alternative) && 'exists' in alternative) return (actual !== undefined) === alternative.exists;
  if (actual === undefined) return false;
  const values = Array.isArray(actual) ? actual : [actual];
  return values.some((value) => matchesValue(alternative, value));
}

function matchesValue(alternative: unknown, value: unknown): boolean {
  if (!isObject(alternative)) return alternative === value;
  const [operator = '', operand] = Object.entries(alternative)[0] ?? [];
  const run = operators[operator];
  return run ? run(operand, value) : false;
}

const operators: Readonly<Record<string, (operand: unknown, value: unknown) => boolean>> = {
  prefix: (operand, value) => typeof value === 'string' && value.startsWith(String(operand)),
  suffix: (operand, value) => typeof value === 'string' && value.endsWith(String(operand)),
  'equals-ignore-case': (operand, value) =>
    typeof value === 'string' && value.toLowerCase() === String(operand).toLowerCase(),
  'anything-but': (operand, value) => {
    const refused = Array.isArray(operand) ? operand : [operand];
    return !refused.some((alternative) =>
      isObject(alternative) ? anyOperand(alternative, value) : matchesValue(alternative, value),
    );
  },
};

/** `anything-but: {prefix: ['a', 'b']}`: the operand of the inner operator may be a list too. */
function anyOperand(alternative: Record<string, unknown>, value: unknown): boolean {
  return Object.entries(alternative).some(([operator, operand]) =>
    (Array.isArray(operand) ? operand : [operand]).some((one) => matchesValue({ [operator]: one }, value)),
  );
}

/** Throws with the name of the first operator that this runner does not match; so that a rule is never silently deaf. */
export function checkPattern(pattern: EventPattern): void {
  for (const [field, expected] of Object.entries(pattern)) {
    if (field === '$or') throw new Error('The local runner does not match event patterns with $or');
    if (!Array.isArray(expected)) {
      checkPattern(expected as EventPattern);
      continue;
    }
    for (const alternative of expected) {
      if (!isObject(alternative)) continue;
      const operator = Object.keys(alternative)[0] ?? '';
      if (operator === 'exists' || operator in operators) continue;
      throw new Error(`The local runner does not match event patterns with ${operator}`);
    }
  }
}
