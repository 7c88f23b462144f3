import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';

export interface TestEvent {
  readonly [attribute: string]: unknown;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A CloudEvent of the type, now, with an id of its own. */
export function makeEvent(type: string, data: object, attributes: object = {}): TestEvent {
  return {
    specversion: '1.0',
    ...{ id: randomUUID(), source: '/test/shop', type, time: new Date().toISOString() },
    ...{ data: data as TestEvent['data'] },
    ...attributes,
  };
}

/** As an event source mapping delivers it. */
export function makeRecord(event: TestEvent | string, overrides: Partial<SQSRecord> = {}): SQSRecord {
  return {
    messageId: randomUUID(),
    receiptHandle: 'receipt',
    body: typeof event === 'string' ? event : JSON.stringify(event),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(Date.now()),
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: String(Date.now()),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:analytics-test',
    awsRegion: 'us-east-1',
    ...overrides,
  };
}
