import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { BadRates } from '#core/exchange-rates/published-rates.ts';

/** The whole history of the European Central Bank is 0.6 MB. */
const MOST_BYTES = 8_000_000;

/** @param url `s3://bucket/key` @returns the object's text */
export async function readRatesObject(url: string, client = new S3Client({})): Promise<string> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
  const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket, Key }));
  if (Body === undefined || ContentLength === undefined || ContentLength > MOST_BYTES) {
    throw new BadRates(`the file of rates: expected ${MOST_BYTES} bytes at most`);
  }
  return await Body.transformToString('utf-8');
}
