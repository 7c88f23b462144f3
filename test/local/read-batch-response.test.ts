import { expect, test } from 'vitest';
import { readBatchResponse } from '../../local/queues/read-batch-response.ts';

const ids = ['m1', 'm2', 'm3'];

test.each([
  ['no answer', undefined, []],
  ['null', 'null', []],
  ['an empty object', '{}', []],
  ['a null list', '{"batchItemFailures":null}', []],
  ['an empty list', '{"batchItemFailures":[]}', []],
  ['one failure', '{"batchItemFailures":[{"itemIdentifier":"m2"}]}', ['m2']],
  ['one failure twice', '{"batchItemFailures":[{"itemIdentifier":"m2"},{"itemIdentifier":"m2"}]}', ['m2']],
  ['an unknown id', '{"batchItemFailures":[{"itemIdentifier":"m9"}]}', ids],
  ['an unknown id beside a known one', '{"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m9"}]}', ids],
  ['an empty id', '{"batchItemFailures":[{"itemIdentifier":""}]}', ids],
  ['a null id', '{"batchItemFailures":[{"itemIdentifier":null}]}', ids],
  ['a wrong key', '{"batchItemFailures":[{"itemIdentifer":"m1"}]}', ids],
  ['a null item', '{"batchItemFailures":[null]}', ids],
  ['a list that is an object', '{"batchItemFailures":{}}', ids],
  ['a string', '"ok"', ids],
  ['a list', '[]', ids],
  ['no JSON', 'oops', ids],
])('%s', (_name, answer, failed) => {
  expect([...readBatchResponse(answer, ids)]).toEqual(failed);
});
