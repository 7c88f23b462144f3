import { REGION } from '../template/resource-attributes.ts';
import type { ReceivedMessage } from './start-queues.ts';

/** One record of the event that Lambda makes of an SQS message, as JSON text. */
export function makeSqsRecord({ message, receiptHandle }: ReceivedMessage, queueArn: string): string {
  const attributes: Record<string, string | undefined> = {
    ApproximateReceiveCount: String(message.approximateReceiveCount),
    SentTimestamp: String(message.sentTimestamp),
    SenderId: 'AIDALOCAL',
    ApproximateFirstReceiveTimestamp: String(message.approximateFirstReceiveTimestamp),
    DeadLetterQueueSourceArn: message.deadLetterQueueSourceArn,
  };
  const messageAttributes = Object.fromEntries(
    Object.entries(message.messageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        stringValue: StringValue,
        binaryValue: BinaryValue,
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ]),
  );
  return JSON.stringify({
    messageId: message.messageId,
    receiptHandle,
    body: message.body,
    attributes,
    messageAttributes,
    md5OfMessageAttributes: message.md5OfMessageAttributes || undefined,
    md5OfBody: message.md5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: REGION,
  });
}
