/** A value per period, oldest first; undefined where there is no data. */
export type Series = readonly (number | undefined)[];

/** A constant, or one value per period. */
type Value = number | Series;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z]\w*)|(>=|<=|==|!=|[-+*/(),<>]))/y;

const operators: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '>': (left, right) => Number(left > right),
  '<': (left, right) => Number(left < right),
  '>=': (left, right) => Number(left >= right),
  '<=': (left, right) => Number(left <= right),
  '==': (left, right) => Number(left === right),
  '!=': (left, right) => Number(left !== right),
};
const LEVELS = [
  ['>', '<', '>=', '<=', '==', '!='],
  ['+', '-'],
  ['*', '/'],
];

const functions: Readonly<Record<string, (...values: readonly Value[]) => Value>> = {
  IF: (condition, yes, no) => choose(condition!, yes!, no),
  FILL: (series, value) => fill(series!, value!),
};

/**
 * Evaluates a CloudWatch metric math expression: numbers, the ids of `series`, arithmetic, comparisons, IF and FILL.
 * A period in which an operand has no data has none in the result. Throws with what it does not know.
 */
export function evaluateExpression(expression: string, series: Readonly<Record<string, Series>>): Series {
  const tokens = tokenize(expression);
  let next = 0;
  const take = () => tokens[next++];
  const expect = (token: string) => {
    if (take() !== token) throw new Error(`Expression ${expression}: expected ${token}`);
  };
  const operand = (): Value => {
    const token = take() ?? '';
    if (token === '(') {
      const value = level(0);
      expect(')');
      return value;
    }
    if (token === '-') return combine('-', 0, operand());
    if (/^\d/.test(token)) return Number(token);
    if (tokens[next] === '(' && functions[token]) return call(functions[token]);
    const known = series[token];
    if (!known) throw new Error(`Expression ${expression}: ${token || 'its end'} is not evaluated here`);
    return known;
  };
  const call = (fn: (...values: readonly Value[]) => Value): Value => {
    expect('(');
    const values = [level(0)];
    while (tokens[next] === ',') {
      take();
      values.push(level(0));
    }
    expect(')');
    return fn(...values);
  };
  const level = (depth: number): Value => {
    if (depth === LEVELS.length) return operand();
    let left = level(depth + 1);
    while (LEVELS[depth]!.includes(tokens[next] ?? '')) left = combine(take()!, left, level(depth + 1));
    return left;
  };
  const result = level(0);
  if (next < tokens.length) throw new Error(`Expression ${expression}: ${tokens[next]} is not evaluated here`);
  if (typeof result === 'number') throw new Error(`Expression ${expression}: it is a constant`);
  return result;
}

function tokenize(expression: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < expression.trimEnd().length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(expression);
    if (!found) throw new Error(`Expression ${expression}: not evaluated here from character ${at} on`);
    tokens.push(found[1] ?? found[2] ?? found[3]!);
  }
  return tokens;
}

const at = (value: Value | undefined, index: number) => (typeof value === 'object' ? value[index] : value);
const lengthOf = (...values: readonly (Value | undefined)[]) =>
  Math.max(...values.map((value) => (typeof value === 'object' ? value.length : 0)));

function combine(operator: string, left: Value, right: Value): Value {
  const apply = operators[operator]!;
  if (typeof left === 'number' && typeof right === 'number') return apply(left, right);
  return Array.from({ length: lengthOf(left, right) }, (_, index) => {
    const [one, other] = [at(left, index), at(right, index)];
    const result = one === undefined || other === undefined ? undefined : apply(one, other);
    // CloudWatch has no data point where it would be infinite or no number.
    return Number.isFinite(result) ? result : undefined;
  });
}

function choose(condition: Value, yes: Value, no: Value | undefined): Value {
  return Array.from({ length: lengthOf(condition, yes, no) }, (_, index) => {
    const met = at(condition, index);
    return met === undefined ? undefined : at(met ? yes : no, index);
  });
}

function fill(series: Value, value: Value): Value {
  if (typeof series === 'number') return series;
  // A metric without a single data point stays without: CloudWatch has nothing to fill between.
  if (series.every((each) => each === undefined)) return series;
  return series.map((each, index) => each ?? at(value, index));
}
