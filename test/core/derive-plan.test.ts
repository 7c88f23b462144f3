import { expect, test } from 'vitest';
import { derivePlan, maskedSchema } from '../../scripts/derive-plan.ts';

const definitions = { $defs: { email: { type: 'string', 'x-personal': 'email' }, amount: { format: 'decimal4' } } };
const schema = {
  type: 'object',
  required: ['total', 'line1'],
  properties: {
    total: { $ref: 'definitions.json#/$defs/amount' },
    at: { type: 'string', format: 'date-time' },
    parent: { type: ['string', 'null'] },
    people: { type: 'array', items: { type: 'object', properties: { mail: { $ref: '#/$defs/email' } } } },
    line1: { type: 'string', 'x-personal': 'address' },
  },
};

test('a plan says what becomes of every named field', () => {
  expect(derivePlan(schema, definitions, 'x.v1.json').fields).toEqual({
    total: { kind: 'decimal' },
    at: { kind: 'instant' },
    parent: { kind: 'keep', nullable: true },
    people: { kind: 'keep', items: { kind: 'keep', fields: { mail: { kind: 'keep', personal: 'email' } } } },
    line1: { kind: 'keep', personal: 'address' },
  });
});

test('the schema of masked data has what masking leaves', () => {
  const { properties, required } = maskedSchema(schema, definitions);
  expect(required).toEqual(['total']);
  expect(properties).not.toHaveProperty('line1');
  expect(properties).toMatchObject({
    total: { type: 'string' },
    people: { items: { properties: { mail: { required: ['hmac', 'key'] } } } },
  });
});

test('an unknown kind of personal field, or reference, stops the build with its place', () => {
  const wrongKind = { properties: { note: { 'x-personal': 'secret' } } };
  expect(() => derivePlan(wrongKind, definitions, 'x.v1.json')).toThrow('x.v1.json/note: x-personal must be one of');
  const wrongReference = { properties: { note: { $ref: 'other.json#/note' } } };
  expect(() => derivePlan(wrongReference, definitions, 'x.v1.json')).toThrow('$ref other.json#/note');
});
