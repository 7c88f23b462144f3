import { expect, test } from 'vitest';
import { findPersonalInLine } from '#core/audit/find-personal-in-line.ts';

const hit = (path: string, detector: string) => ({ path, detector });

test.each([
  ['to jane@mail.example', [hit('', 'email')]],
  ['{"level":"INFO","email":"jane"}', [hit('email', 'email')]],
  ['2026-11-22T03:00:00.000Z\tERROR\tUncaught\t{"errorMessage":"no jane@mail.example"}', [hit('*', 'email')]],
  ['from 203.0.113.77 {"phone":"0151 23456789"}\n', [hit('', 'ip'), hit('phone', 'phone')]],
  ['a { that opens no object, of jane@mail.example', [hit('', 'email')]],
  ['{"customer_name":"Jane"} and more', []], // no object ends the line, and a name alone looks like nothing
])('%s', (line, expected) => {
  expect(findPersonalInLine(line)).toEqual(expected);
});

/** As CloudWatch has them: Lambda's own, the logger's, metrics'. */
test.each([
  'INIT_START Runtime Version: nodejs:24.v12\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:0123456789abcdef0123456789abcdef\n',
  'START RequestId: 8f5070e4-cb95-4f54-bf17-f4188bccc8a8 Version: $LATEST\n',
  'REPORT RequestId: 8f5070e4-cb95-4f54-bf17-f4188bccc8a8\tDuration: 3.45 ms\tBilled Duration: 4 ms\tMemory Size: 512 MB\tMax Memory Used: 93 MB\tInit Duration: 300.12 ms\t\nXRAY TraceId: 1-69217a3c-0123456789abcdef01234567\tSegmentId: 0123456789abcdef\tSampled: true\t\n',
  '2026-11-22T03:00:00.123Z 8f5070e4-cb95-4f54-bf17-f4188bccc8a8 Task timed out after 30.00 seconds\n',
  '{"_aws":{"Timestamp":1795364396093,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[["service"]],"Metrics":[{"Name":"A","Unit":"Count"}]}]},"service":"s","A":2}',
  '{"level":"ERROR","function_arn":"arn:aws:lambda:eu-west-1:012345678901:function:analytics-ingest","xray_trace_id":"1-69217a3c-0123456789abcdef01234567","error":{"name":"Error","code":"ECONNREFUSED","stack":"    at connect (file:///var/task/node_modules/@aws-sdk/client-sqs/index.mjs:120:17)"}}',
])('%s is nothing personal', (line) => {
  expect(findPersonalInLine(line)).toEqual([]);
});
