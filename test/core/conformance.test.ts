import { describe, expect, test } from 'vitest';
import { readEvent } from '#core/read-event.ts';
import { limits, makeCloudEvent } from './sample-events.ts';

const order = 'orders.order.status_changed' as const;
const read = (attributes: object) => readEvent(JSON.stringify(makeCloudEvent(order, {}, attributes)), limits);
const fault = (attributes: object) => {
  const result = read(attributes);
  return 'rejection' in result
    ? [result.rejection.reason, result.rejection.pointer, result.rejection.keyword]
    : 'accepted';
};

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#required-attributes and #optional-attributes */
describe('CloudEvents 1.0 context attributes', () => {
  test.each(['id', 'source', 'type', 'specversion', 'time', 'data'])('%s must be there, and null is absent', (name) => {
    expect(fault({ [name]: undefined })).toEqual(['bad_envelope', `/${name}`, 'required']);
    expect(fault({ [name]: null })).toEqual(['bad_envelope', `/${name}`, name === 'specversion' ? 'const' : 'type']);
  });

  test.each([
    ...['id', 'source', 'type', 'subject', 'dataschema'].map((name) => [name, 'minLength'] as const),
    ...([
      ['specversion', 'const'],
      ['time', 'format'],
      ['datacontenttype', 'format'],
    ] as const),
  ])('%s must not be empty', (name, keyword) => {
    expect(fault({ [name]: '' })).toEqual(['bad_envelope', `/${name}`, keyword]);
  });

  test.each(['id', 'source', 'type', 'time', 'subject', 'dataschema', 'datacontenttype'])('%s is a string', (name) => {
    for (const value of [1, true, [], {}])
      expect(fault({ [name]: value })).toEqual(['bad_envelope', `/${name}`, 'type']);
  });

  test.each(['1', '1.0.0', '1.1', '0.3', 1, 1.0])('specversion %j is not 1.0', (specversion) => {
    expect(fault({ specversion })).toEqual(['bad_envelope', '/specversion', 'const']);
  });

  test.each(['subject', 'dataschema', 'datacontenttype', 'traceparent', 'tracestate'])(
    '%s may be absent or null',
    (name) => {
      expect(fault({ [name]: undefined })).toBe('accepted');
      expect(fault({ [name]: null })).toBe('accepted');
    },
  );

  test.each([
    ...['application/json', 'application/json; charset=utf-8', 'application/problem+json', 'APPLICATION/JSON'],
  ])('datacontenttype %s is JSON', (datacontenttype) => expect(fault({ datacontenttype })).toBe('accepted'));

  test.each(['text/plain', 'application/octet-stream', 'json', 'application/jsonp', 'application/xml+jsonx'])(
    'datacontenttype %s is not',
    (datacontenttype) => expect(fault({ datacontenttype })).toEqual(['bad_envelope', '/datacontenttype', 'format']),
  );

  test.each([
    ['a string', 'x'],
    ['an integer', 7],
    ['a boolean', true],
    ['null', null],
  ])('an extension attribute may be %s', (_kind, value) =>
    expect(fault({ comexampleextension: value })).toBe('accepted'),
  );

  test.each([
    ['2026-11-22T11:00:00Z', 'accepted'],
    ['2026-11-22t11:00:00z', 'accepted'],
    ['2026-11-22T12:00:00.123456789+01:00', 'accepted'],
    ['2026-11-22T11:00:00-00:00', 'accepted'],
    ['2026-11-22 11:00:00', 'refused'],
    ['2026-11-22T11:00:00', 'refused'],
    ['2026-11-22', 'refused'],
    ['2026-02-30T11:00:00Z', 'refused'],
    ['2026-11-22T24:00:00Z', 'refused'],
    ['2026-11-22T11:00Z', 'refused'],
    ['20261122T110000Z', 'refused'],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 'refused'],
  ])('time %s is %s (RFC 3339)', (time, outcome) => {
    expect(fault({ time })).toEqual(outcome === 'accepted' ? outcome : ['bad_envelope', '/time', 'format']);
  });
});

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md#31-handling-of-data */
describe('CloudEvents JSON format', () => {
  test('an event of binary data has no data that could be read', () => {
    expect(fault({ data: undefined, data_base64: 'e30=' })).toEqual(['bad_envelope', '/data', 'required']);
  });

  test.each(['text', 7, true, []])('data that is %j is no object', (data) => {
    expect(fault({ data })).toEqual(['bad_envelope', '/data', 'type']);
  });
});

const trace = '0af7651916cd43dd8448eb211c80319c';
const span = 'b7ad6b7169203331';

/** https://www.w3.org/TR/trace-context/#traceparent-header, and the cases of its own test suite. */
describe('W3C traceparent', () => {
  test.each([
    ['sampled', `00-${trace}-${span}-01`],
    ['not sampled', `00-${trace}-${span}-00`],
    ['flags that are not defined', `00-${trace}-${span}-fe`],
    ['a future version', `01-${trace}-${span}-01`],
    ['the highest version', `fe-${trace}-${span}-01`],
    ['a future version that goes on', `cc-${trace}-${span}-01-what-the-future-will-be-like`],
    ['a future version that ends in a hyphen', `cc-${trace}-${span}-01-`],
  ])('%s is taken', (_name, traceparent) => {
    expect(read({ traceparent })).toMatchObject({ event: { traceId: trace } });
  });

  test.each([
    ['version ff', `ff-${trace}-${span}-01`],
    ['a version of one digit', `0-${trace}-${span}-01`],
    ['a version of three digits', `000-${trace}-${span}-01`],
    ['a version with a wrong character', `.0-${trace}-${span}-01`],
    ['a version in capitals', `CC-${trace}-${span}-01`],
    ['version 00 that goes on', `00-${trace}-${span}-01-x`],
    ['version 00 that ends in a hyphen', `00-${trace}-${span}-01-`],
    ['a future version that goes on without a hyphen', `cc-${trace}-${span}-01.what`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${span}-01`],
    ['a trace id with a wrong character', `00-.${trace.slice(1)}-${span}-01`],
    ['a trace id in capitals', `00-${trace.toUpperCase()}-${span}-01`],
    ['a trace id too short', `00-${trace.slice(1)}-${span}-01`],
    ['a trace id too long', `00-${trace}0-${span}-01`],
    ['a parent id of zeros', `00-${trace}-${'0'.repeat(16)}-01`],
    ['a parent id with a wrong character', `00-${trace}-.${span.slice(1)}-01`],
    ['a parent id in capitals', `00-${trace}-${span.toUpperCase()}-01`],
    ['a parent id too short', `00-${trace}-${span.slice(1)}-01`],
    ['a parent id too long', `00-${trace}-${span}0-01`],
    ['flags with a wrong character', `00-${trace}-${span}-.0`],
    ['flags in capitals', `00-${trace}-${span}-0A`],
    ['flags too short', `00-${trace}-${span}-1`],
    ['flags too long', `00-${trace}-${span}-001`],
    ['no flags', `00-${trace}-${span}`],
    ['no hyphens', `00${trace}${span}01`],
    ['space before', ` 00-${trace}-${span}-01`],
    ['space after', `00-${trace}-${span}-01 `],
    ['a line end after', `00-${trace}-${span}-01\n`],
    ['nothing', ''],
    ['no string', 7],
  ])('%s is ignored, and the event stored', (_name, traceparent) => {
    expect(read({ traceparent })).toMatchObject({ event: { traceId: null } });
  });
});
