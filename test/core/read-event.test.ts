import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Reason } from '#contract/dead-letters.ts';
import { eventTypes } from '#contract/event-types.ts';
import { readEvent } from '#core/read-event.ts';
import { bodyWith, limits, makeCloudEvent } from './sample-events.ts';

const order = 'orders.order.status_changed' as const;
const read = (body: string) => readEvent(body, limits);
const reject = (body: string) => {
  const result = read(body);
  return 'rejection' in result ? result.rejection : undefined;
};
const accept = (body: string) => {
  const result = read(body);
  if ('rejection' in result) throw new Error(JSON.stringify(result.rejection));
  return result.event;
};
const json = (attributes: object, data: object = {}) => JSON.stringify(makeCloudEvent(order, data, attributes));

test.each(eventTypes.map(({ type }) => type))('%s with its least data is accepted', (type) => {
  expect(accept(JSON.stringify(makeCloudEvent(type)))).toMatchObject({ type, version: 'v1' });
});

const padded = (bytes: number) => `${json({})}${' '.repeat(bytes - Buffer.byteLength(json({})))}`;
const nested = (depth: number) => bodyWith(`"x":${'['.repeat(depth - 2)}${']'.repeat(depth - 2)}`);

const refused: [name: string, body: string, reason: Reason, pointer: string, keyword: string][] = [
  ['a byte over 256 KiB', padded(262_145), 'too_large', '', 'maxBytes'],
  ['over 256 KiB in bytes, not in units', `"${'€'.repeat(90_000)}"`, 'too_large', '', 'maxBytes'],
  ['1 MiB', '['.repeat(1_048_576), 'too_large', '', 'maxBytes'],
  ['a raw NUL', bodyWith('"x":"\0"'), 'bad_encoding', '', 'nul'],
  ['an escaped NUL', bodyWith('"x":"a\\u0000"'), 'bad_encoding', '', 'nul'],
  ['an escaped NUL in a name', bodyWith('"x\\u0000":1'), 'bad_encoding', '', 'nul'],
  ['an escaped NUL after a backslash', bodyWith('"x":"\\\\\\u0000"'), 'bad_encoding', '', 'nul'],
  ['a raw lone surrogate', bodyWith('"x":"\ud800"'), 'bad_encoding', '', 'loneSurrogate'],
  ['an escaped high surrogate alone', bodyWith('"x":"\\ud83d!"'), 'bad_encoding', '', 'loneSurrogate'],
  ['an escaped low surrogate alone', bodyWith('"x":"\\uDE00"'), 'bad_encoding', '', 'loneSurrogate'],
  ['an escaped high before a raw pair', bodyWith('"x":"\\ud83d😀"'), 'bad_encoding', '', 'loneSurrogate'],
  ['a low surrogate after a pair', bodyWith('"x":"\\ud83d\\ude00\\ude00"'), 'bad_encoding', '', 'loneSurrogate'],
  ['what was not UTF-8', bodyWith('"x":"\ufffd"'), 'bad_encoding', '', 'utf8'],
  ['nothing', '', 'malformed', '', 'json'],
  ['half an object', '{"id":', 'malformed', '', 'json'],
  ['a byte order mark', `\ufeff${json({})}`, 'malformed', '', 'json'],
  ['NaN', bodyWith('"x":NaN'), 'malformed', '', 'json'],
  ['200,000 opened arrays', '['.repeat(200_000), 'malformed', '', 'json'],
  ['130,000 nested arrays', '['.repeat(130_000) + ']'.repeat(130_000), 'malformed', '', 'maxDepth'],
  ['depth 33', nested(33), 'malformed', '', 'maxDepth'],
  ['__proto__', bodyWith('"__proto__":{"x":1}'), 'malformed', '', 'forbiddenName'],
  ['__proto__ by escapes', bodyWith('"\\u005f_proto__":1'), 'malformed', '', 'forbiddenName'],
  ['a nested constructor', bodyWith('"x":[{"constructor":1}]'), 'malformed', '', 'forbiddenName'],
  ['prototype', bodyWith('"prototype":1', 'envelope'), 'malformed', '', 'forbiddenName'],
  ['a number beyond doubles', bodyWith('"x":1e400'), 'malformed', '', 'finiteNumber'],
  ['a negative one', bodyWith('"x":-1e400'), 'malformed', '', 'finiteNumber'],
  ['a name twice', bodyWith('"x":1,"x":1'), 'malformed', '', 'uniqueNames'],
  ['a name twice, once by escapes', bodyWith('"x":1,"\\u0078" : 2'), 'malformed', '', 'uniqueNames'],
  ['an attribute twice', bodyWith('"id":"e2"', 'envelope'), 'malformed', '', 'uniqueNames'],
  ['an array', '[]', 'bad_envelope', '', 'type'],
  ['a number', '1', 'bad_envelope', '', 'type'],
  ['null', 'null', 'bad_envelope', '', 'type'],
  ['another specversion', json({ specversion: '0.3' }), 'bad_envelope', '/specversion', 'const'],
  ['no specversion', json({ specversion: undefined }), 'bad_envelope', '/specversion', 'required'],
  ['no id', json({ id: undefined }), 'bad_envelope', '/id', 'required'],
  ['an empty id', json({ id: '' }), 'bad_envelope', '/id', 'minLength'],
  ['a null id', json({ id: null }), 'bad_envelope', '/id', 'type'],
  ['a numeric id', json({ id: 1 }), 'bad_envelope', '/id', 'type'],
  ['an id of 129', json({ id: 'x'.repeat(129) }), 'bad_envelope', '/id', 'maxLength'],
  ['an empty source', json({ source: '' }), 'bad_envelope', '/source', 'minLength'],
  ['a source of 1,025', json({ source: 'x'.repeat(1025) }), 'bad_envelope', '/source', 'maxLength'],
  ['no type', json({ type: undefined }), 'bad_envelope', '/type', 'required'],
  ['an object as type', json({ type: {} }), 'bad_envelope', '/type', 'type'],
  ['no time', json({ time: undefined }), 'bad_envelope', '/time', 'required'],
  ['time without offset', json({ time: '2026-11-22T11:00:00' }), 'bad_envelope', '/time', 'format'],
  ['time as a number', json({ time: 1_763_800_000 }), 'bad_envelope', '/time', 'type'],
  ['no data', json({ data: undefined }), 'bad_envelope', '/data', 'required'],
  ['data as an array', json({ data: [] }), 'bad_envelope', '/data', 'type'],
  ['data as text', json({ data: '{}' }), 'bad_envelope', '/data', 'type'],
  ['a numeric subject', json({ subject: 1 }), 'bad_envelope', '/subject', 'type'],
  ['a numeric dataschema', json({ dataschema: 1 }), 'bad_envelope', '/dataschema', 'type'],
  ['data that is no JSON', json({ datacontenttype: 'text/xml' }), 'bad_envelope', '/datacontenttype', 'format'],
  ['a type of no one', json({ type: 'orders.order.lost' }), 'unknown_type', '/type', 'enum'],
  ['a type like a member', json({ type: 'toString' }), 'unknown_type', '/type', 'enum'],
  ['dataschema v9', json({ dataschema: 'https://s.example/v9' }), 'unknown_version', '/dataschema', 'enum'],
  ['schema_version 9', json({}, { schema_version: 9 }), 'unknown_version', '/data/schema_version', 'enum'],
  ['a list of versions', json({}, { schema_version: ['v1'] }), 'unknown_version', '/data/schema_version', 'enum'],
  ['a wrong status', json({}, { status: 'lost' }), 'schema_violation', '/data/status', 'enum'],
  ['91 days ago', json({ time: '2026-08-23T11:59:59Z' }), 'beyond_retention', '/time', 'minimum'],
  ['25 hours ahead', json({ time: '2026-11-23T12:00:01Z' }), 'in_the_future', '/time', 'maximum'],
];

test.each(refused)('%s is refused', (_name, body, reason, pointer, keyword) => {
  expect(reject(body)).toMatchObject({ reason, pointer, keyword });
});

test('the first reason in the contract order is given', () => {
  // Each step mends the first fault and leaves all later ones.
  const envelope = { time: '2020-01-01T00:00:00Z', dataschema: '/v7', type: 'no.such', specversion: '2' };
  const data = { status: 'lost' };
  const all = JSON.stringify({ ...makeCloudEvent(order, data, envelope), constructor: 1 });
  const steps: [string, Reason][] = [
    [`${all.slice(0, -1)},"x":"\\u0000"}${' '.repeat(262_144)}`, 'too_large'],
    [`${all.slice(0, -1)},"x":"\\u0000"}`, 'bad_encoding'],
    [all, 'malformed'],
    [json(envelope, data), 'bad_envelope'],
    [json({ ...envelope, specversion: '1.0' }, data), 'unknown_type'],
    [json({ time: envelope.time, dataschema: '/v7' }, data), 'unknown_version'],
    [json({ time: envelope.time }, data), 'schema_violation'],
    [json({ time: envelope.time }), 'beyond_retention'],
  ];
  expect(steps.map(([body]) => reject(body)?.reason)).toEqual(steps.map(([, reason]) => reason));
});

test.each([
  ['exactly 256 KiB', padded(262_144)],
  ['depth 32', nested(32)],
  ['an escaped backslash before u0000', bodyWith('"x":"\\\\u0000"')],
  ['a pair by escapes', bodyWith('"x":"\\ud83d\\ude00"')],
  ['an escaped U+FFFD', bodyWith('"x":"\\ufffd"')],
  ['one name in two objects', bodyWith('"x":{"a":1},"y":{"a":"\\"a\\":"}')],
  ['colons and quotes in strings', bodyWith('"x":"\\"a\\":1,\\\\" , "y" :"a:b"')],
  ['2^53+1 in an unknown field', bodyWith('"x":9007199254740993')],
  ['exactly 90 days ago', json({ time: '2026-08-24T12:00:00Z' })],
  ['exactly 24 hours ahead', json({ time: '2026-11-23T12:00:00Z' })],
  ['an id of 128 code points', json({ id: '😀'.repeat(128) })],
  ['JSON by suffix', json({ datacontenttype: 'application/cloudevents+json; charset=utf-8' })],
  ['JSON in capitals', json({ datacontenttype: 'Application/JSON' })],
  ['null for optional attributes', json({ subject: null, dataschema: null, datacontenttype: null, traceparent: null })],
  ['extension attributes of any type', json({ partitionkey: 'x', sampledrate: 3, nested: { a: [] } })],
  ['a tracestate and a broken traceparent', json({ traceparent: 7, tracestate: 'a=b' })],
])('%s is accepted', (_name, body) => {
  expect(reject(body)).toBeUndefined();
});

test.each([
  ['https://schemas.example/orders/v1', 9, 'v1'],
  ['https://schemas.example/orders.json', 'v1', 'v1'],
  [undefined, '1', 'v1'],
  [undefined, 1, 'v1'],
  [undefined, null, 'v1'],
])('version by dataschema %s and schema_version %s', (dataschema, schema_version, version) => {
  expect(accept(json({ dataschema }, { schema_version })).version).toBe(version);
});

const trace = '0af7651916cd43dd8448eb211c80319c';
const span = 'b7ad6b7169203331';
test.each([
  [`00-${trace}-${span}-01`, trace],
  [`00-${trace}-${span}-ff`, trace],
  [`cc-${trace}-${span}-01`, trace],
  [`cc-${trace}-${span}-01-what-the-future-holds`, trace],
  [`00-${trace}-${span}-01-more`, null],
  [`cc-${trace}-${span}-01.more`, null],
  [`ff-${trace}-${span}-01`, null],
  [`00-${'0'.repeat(32)}-${span}-01`, null],
  [`00-${trace}-${'0'.repeat(16)}-01`, null],
  [`00-${trace.toUpperCase()}-${span}-01`, null],
  [`00-${trace}-${span}`, null],
  ['', null],
])('traceparent %s', (traceparent, traceId) => {
  expect(accept(json({ traceparent })).traceId).toBe(traceId);
});

test('content is canonical: spacing and order do not matter, a value does', () => {
  const event = makeCloudEvent(order, { a: 1, b: null }, { ext: 'x' });
  const turned = Object.fromEntries(Object.entries({ ...event, data: { b: null, a: 1.0, ...event.data } }).reverse());
  expect(accept(JSON.stringify(turned, null, 2)).canonical).toBe(accept(JSON.stringify(event)).canonical);
  expect(accept(json({}, { a: 2, b: null })).canonical).not.toBe(accept(json({}, { a: 1, b: null })).canonical);
});

test('a refused event shows type, source and id only as identifiers', () => {
  const shown = { type: 'orders.order.lost', source: '/shop/eu', id: 'order-536365' };
  expect(reject(json(shown))).toMatchObject(shown);
  const hidden = { type: 'anna@example.com', source: 'tel:+4915112345678', id: 'Anna Example' };
  expect(reject(json(hidden))).toMatchObject({ type: null, source: null, id: null });
});

test('no body makes it throw', () => {
  const body = fc.oneof(fc.string({ unit: 'binary' }), fc.json());
  fc.assert(fc.property(body, (text) => 'rejection' in read(text)));
});
