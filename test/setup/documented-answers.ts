import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { makeDocument } from '../../schemas/openapi/document.ts';

/** Of a response, as far as it is documented. */
export interface GivenAnswer {
  readonly status: number;
  /** Null: there is no body. */
  readonly contentType: string | null;
  /** Parsed where it is JSON. */
  readonly body?: unknown;
}

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, object>>;
}

export const document = await makeDocument();
const ajv = formats.default(new Ajv2020({ strict: false, allErrors: true }));
ajv.addSchema(document, 'openapi');

const escaped = (name: string) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
const validators = new Map<string, ValidateFunction>();

/** Compiled once for each place in the document. */
function validatorAt(pointer: readonly string[]): ValidateFunction {
  const place = `openapi#/${pointer.map(escaped).join('/')}`;
  const validator = validators.get(place) ?? ajv.compile({ $ref: place });
  validators.set(place, validator);
  return validator;
}

/** The documented `METHOD /path/{id}` that a request is for; undefined where there is none. */
export function findOperation(method: string, pathname: string): string | undefined {
  const given = pathname.split('/');
  const path = Object.keys(document.paths).find((pattern) => {
    const expected = pattern.split('/');
    const isSame = (part: string, index: number) => part === given[index] || (part.startsWith('{') && given[index]);
    return expected.length === given.length && expected.every(isSame);
  });
  // One that has servers of its own is not the API's
  if (path === undefined || document.paths[path]?.[method.toLowerCase()]?.servers !== undefined) return undefined;
  return method.toLowerCase() in document.paths[path]! ? `${method} ${path}` : undefined;
}

/** What of an answer the document does not say, each as a line; none where it is as documented. */
export function findUndocumented(key: string, { status, contentType, body }: GivenAnswer): string[] {
  const [method = '', path = ''] = key.split(' ');
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (operation === undefined) return [`${key}: not documented`];
  const named = (operation.responses as Readonly<Record<string, Response>>)[status];
  if (named === undefined) return [`${key}: status ${status} is not documented`];
  const reference = named.$ref?.split('/').slice(1);
  const response = reference === undefined ? named : (document.components[reference[1]!]?.[reference[2]!] as Response);
  const pointer = reference ?? ['paths', path, method.toLowerCase(), 'responses', String(status)];
  if (contentType === null) return response.content === undefined ? [] : [`${key}: ${status} without a body`];
  const [mediaType = ''] = contentType.split(';');
  if (response.content?.[mediaType] === undefined) return [`${key}: ${status} of ${mediaType} is not documented`];
  if (!mediaType.endsWith('json')) return [];

  const validate = validatorAt([...pointer, 'content', mediaType, 'schema']);
  if (validate(body)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    return `${key}: ${status} ${instancePath} ${message} ${JSON.stringify(params)}`;
  });
}
