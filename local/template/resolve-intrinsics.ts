/** What the intrinsic functions ask about the world; one per stack. */
export interface Lookups {
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  importValue(exportName: string): unknown;
  stackOutput(stackName: string, outputName: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, key: string, second: string): unknown;
  /** Text of a dynamic reference such as `secretsmanager:<id>:SecretString:<key>::`. */
  dynamicReference(reference: string): string;
}

const NO_VALUE = Symbol('AWS::NoValue');

/** Resolves every intrinsic function and dynamic reference in a template value. An unknown function throws with its name. */
export function resolveIntrinsics(value: unknown, lookups: Lookups): unknown {
  const resolved = resolve(value, lookups);
  return resolved === NO_VALUE ? undefined : resolved;
}

function resolve(value: unknown, lookups: Lookups): unknown {
  if (typeof value === 'string') return withDynamicReferences(value, lookups);
  if (Array.isArray(value)) return value.map((item) => resolve(item, lookups)).filter((item) => item !== NO_VALUE);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (entries.length === 1 && (name === 'Ref' || name === 'Condition' || name?.startsWith('Fn::'))) {
    const result = call(name, argument, lookups);
    return typeof result === 'string' ? withDynamicReferences(result, lookups) : result;
  }
  const resolved = entries.map(([key, item]) => [key, resolve(item, lookups)] as const);
  return Object.fromEntries(resolved.filter(([, item]) => item !== NO_VALUE));
}

function call(name: string, argument: unknown, lookups: Lookups): unknown {
  const run = functions[name];
  if (!run) throw new Error(`The template uses ${name}, which the local runner does not resolve`);
  return run(argument, lookups);
}

type Intrinsic = (argument: unknown, lookups: Lookups) => unknown;
const list = (argument: unknown, lookups: Lookups) => resolve(argument, lookups) as unknown[];

const functions: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, lookups) => (name === 'AWS::NoValue' ? NO_VALUE : lookups.ref(String(name))),
  Condition: (name, lookups) => lookups.condition(String(name)),
  'Fn::GetAtt': (argument, lookups) => {
    const [id, ...path] = typeof argument === 'string' ? argument.split('.') : (argument as string[]);
    return lookups.attribute(String(id), path.join('.'));
  },
  'Fn::Join': (argument, lookups) => {
    const [separator, items] = list(argument, lookups) as [string, unknown[]];
    return items.join(separator);
  },
  'Fn::Select': (argument, lookups) => {
    const [index, items] = list(argument, lookups) as [string | number, unknown[]];
    return items[Number(index)];
  },
  'Fn::Split': (argument, lookups) => {
    const [separator, text] = list(argument, lookups) as [string, string];
    return text.split(separator);
  },
  'Fn::GetAZs': () => ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  'Fn::Sub': (argument, lookups) => substitute(argument, lookups),
  'Fn::ImportValue': (name, lookups) => lookups.importValue(String(resolve(name, lookups))),
  'Fn::GetStackOutput': (argument, lookups) => {
    const { StackName, OutputName } = resolve(argument, lookups) as { StackName: string; OutputName: string };
    return lookups.stackOutput(StackName, OutputName);
  },
  'Fn::FindInMap': (argument, lookups) => {
    const [map, key, second] = list(argument, lookups).map(String);
    return lookups.mapping(map ?? '', key ?? '', second ?? '');
  },
  'Fn::Base64': (text, lookups) => Buffer.from(String(resolve(text, lookups))).toString('base64'),
  'Fn::ToJsonString': (argument, lookups) => JSON.stringify(resolve(argument, lookups)),
  'Fn::Length': (argument, lookups) => list(argument, lookups).length,
  'Fn::If': (argument, lookups) => {
    const [condition, yes, no] = argument as [string, unknown, unknown];
    return resolve(lookups.condition(condition) ? yes : no, lookups);
  },
  'Fn::Equals': (argument, lookups) => {
    const [left, right] = list(argument, lookups);
    return JSON.stringify(left) === JSON.stringify(right);
  },
  'Fn::Not': (argument, lookups) => !list(argument, lookups)[0],
  'Fn::And': (argument, lookups) => list(argument, lookups).every(Boolean),
  'Fn::Or': (argument, lookups) => list(argument, lookups).some(Boolean),
};

function substitute(argument: unknown, lookups: Lookups): string {
  const [text, given = {}] = (Array.isArray(argument) ? argument : [argument]) as [string, Record<string, unknown>?];
  return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (name in given) return String(resolve(given[name], lookups));
    const [id, ...path] = name.split('.');
    return String(path.length > 0 ? lookups.attribute(String(id), path.join('.')) : lookups.ref(name));
  });
}

const withDynamicReferences = (text: string, lookups: Lookups) =>
  text.includes('{{resolve:')
    ? text.replaceAll(/\{\{resolve:([^}]+)\}\}/g, (_whole, reference: string) => lookups.dynamicReference(reference))
    : text;
