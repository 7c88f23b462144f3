import type { Assembly, Stack } from './read-assembly.ts';
import { type Lookups, resolveIntrinsics } from './resolve-intrinsics.ts';
import { ACCOUNT, attributeOf, nameProperties, type Places, REGION } from './resource-attributes.ts';

export interface DeployedResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  /** Physical name: the template's, else made of stack and logical id. */
  readonly name: string;
  /** With every intrinsic resolved; resolved when first asked for. */
  readonly properties: () => Readonly<Record<string, unknown>>;
}

export interface Deployment {
  readonly resources: readonly DeployedResource[];
  of(...types: string[]): readonly DeployedResource[];
}

/**
 * Gives every resource of the stacks its name and resolved properties, as CloudFormation would on deploying them.
 * `readSecret` answers a secret's text by ARN or name.
 */
export function deployTemplate(assembly: Assembly, places: Places, readSecret: (id: string) => string): Deployment {
  const byStack = new Map<string, Map<string, DeployedResource>>();
  const lookups = new Map<Stack, Lookups>();
  const exported = (name: string) => {
    for (const stack of assembly.stacks) {
      for (const output of Object.values(stack.outputs)) {
        const within = lookups.get(stack)!;
        if (output.Export && resolveIntrinsics(output.Export.Name, within) === name) {
          return resolveIntrinsics(output.Value, within);
        }
      }
    }
    throw new Error(`No stack exports ${name}`);
  };
  const parameterStore = (name: string) => {
    const parameter = deployment.of('AWS::SSM::Parameter').find((candidate) => candidate.name === name);
    if (!parameter) throw new Error(`No stack has the SSM parameter ${name}`);
    return parameter.properties().Value;
  };

  for (const stack of assembly.stacks) {
    const conditions = new Map<string, boolean>();
    const own = new Map<string, DeployedResource>();
    byStack.set(stack.name, own);
    const find = (logicalId: string) => {
      const resource = own.get(logicalId);
      if (!resource) throw new Error(`Stack ${stack.name} refers to ${logicalId}, which it does not hold`);
      return resource;
    };
    const within: Lookups = {
      ref: (name) => {
        if (name in pseudoParameters) return pseudoParameters[name];
        if (name === 'AWS::StackName') return stack.name;
        if (name === 'AWS::StackId') return `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${stack.name}/local`;
        const parameter = stack.parameters[name];
        if (parameter?.Type.startsWith('AWS::SSM::Parameter::Value')) return parameterStore(String(parameter.Default));
        return parameter ? parameter.Default : attributeOf(find(name), 'Ref', places);
      },
      attribute: (logicalId, name) => attributeOf(find(logicalId), name, places),
      importValue: exported,
      stackOutput: (stackName, outputName) => {
        const other = assembly.stacks.find((candidate) => candidate.name === stackName);
        const output = other?.outputs[outputName];
        if (!other || !output) throw new Error(`No stack ${stackName} with an output ${outputName}`);
        return resolveIntrinsics(output.Value, lookups.get(other)!);
      },
      condition: (name) => {
        if (!conditions.has(name)) conditions.set(name, Boolean(resolveIntrinsics(stack.conditions[name], within)));
        return conditions.get(name)!;
      },
      mapping: (map, key, second) => stack.mappings[map]?.[key]?.[second],
      dynamicReference: (reference) => {
        const secret = /^secretsmanager:(.+?)(?::SecretString(?::([^:]*).*)?)?$/.exec(reference);
        if (secret) return pick(readSecret(secret[1]!), secret[2]);
        const parameter = /^ssm:([^:]+)/.exec(reference);
        if (parameter) return String(parameterStore(parameter[1]!));
        throw new Error(
          `The template uses {{resolve:${reference.split(':')[0]}:…}}, which the local runner does not resolve`,
        );
      },
    };
    lookups.set(stack, within);
    for (const [logicalId, resource] of Object.entries(stack.resources)) {
      if (resource.Condition && !within.condition(resource.Condition)) continue;
      own.set(logicalId, deployed(stack, logicalId, within));
    }
  }
  const resources = [...byStack.values()].flatMap((own) => [...own.values()]);
  const deployment: Deployment = {
    resources,
    of: (...types) => resources.filter((resource) => types.includes(resource.type)),
  };
  return deployment;
}

function deployed(stack: Stack, logicalId: string, within: Lookups): DeployedResource {
  const { Type: type, Properties: raw = {} } = stack.resources[logicalId]!;
  let properties: Readonly<Record<string, unknown>> | undefined;
  let name: string | undefined;
  return {
    ...{ stack: stack.name, logicalId, type },
    get name() {
      const property = nameProperties[type];
      name ??= String(
        (property && resolveIntrinsics(raw[property], within)) ?? madeUpName(type, `${stack.name}-${logicalId}`),
      );
      return name;
    },
    properties: () => {
      properties ??= resolveIntrinsics(raw, within) as Readonly<Record<string, unknown>>;
      return properties;
    },
  };
}

/** Names of buckets take no capitals. */
const madeUpName = (type: string, name: string) => (type === 'AWS::S3::Bucket' ? name.toLowerCase() : name);

const pseudoParameters: Readonly<Record<string, unknown>> = {
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::NotificationARNs': [],
};

function pick(secret: string, key: string | undefined): string {
  return key ? String((JSON.parse(secret) as Record<string, unknown>)[key]) : secret;
}
