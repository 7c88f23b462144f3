import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { AnalyticsError } from '#core/errors.ts';
import { readResource } from './config.ts';

export interface ExportObject {
  readonly key: string;
  readonly bytes: number;
}

/** What reading a compressed file back found. */
export interface ReadBack {
  /** Base64, of the compressed bytes. */
  readonly sha256: string;
  readonly lines: number;
}

/** The bucket of exported events. */
export interface ExportObjects {
  put(key: string, body: Uint8Array, sha256: string): Promise<void>;
  /** @returns undefined where there is no such object */
  readBack(key: string): Promise<ReadBack | undefined>;
  list(prefix: string): Promise<ExportObject[]>;
  remove(keys: readonly string[]): Promise<void>;
}

const KEYS_PER_CALL = 1_000;

export function exportObjects(client = new S3Client({}), Bucket = readResource('exportBucket')): ExportObjects {
  return {
    put: async (Key, Body, ChecksumSHA256) => {
      // S3 refuses what does not have this checksum
      await client.send(
        new PutObjectCommand({ Bucket, Key, Body, ChecksumSHA256, ContentType: 'application/x-ndjson' }),
      );
    },
    readBack: async (Key) => {
      const answer = await client.send(new GetObjectCommand({ Bucket, Key })).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
        throw error;
      });
      return answer && (await digest(answer.Body as Readable));
    },
    list: async (Prefix) => {
      const objects: ExportObject[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }));
        objects.push(...(page.Contents ?? []).map(({ Key, Size }) => ({ key: String(Key), bytes: Number(Size) })));
        ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (ContinuationToken !== undefined);
      return objects;
    },
    remove: async (keys) => {
      for (let at = 0; at < keys.length; at += KEYS_PER_CALL) {
        const Objects = keys.slice(at, at + KEYS_PER_CALL).map((Key) => ({ Key }));
        const { Errors = [] } = await client.send(
          new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
        );
        if (Errors.length > 0) throw new AnalyticsError(`S3 kept ${Errors.length} objects that were to be removed`);
      }
    },
  };
}

const LINE_FEED = 10;

/** In a stream: nothing of a file is kept. */
async function digest(body: Readable): Promise<ReadBack> {
  const hash = createHash('sha256');
  const gunzip = createGunzip();
  let lines = 0;
  gunzip.on('data', (chunk: Buffer) => {
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) lines++;
  });
  const unpacked = new Promise<boolean>((resolve) => {
    gunzip.on('end', () => resolve(true));
    gunzip.on('error', () => resolve(false)); // not gzip: then it is not what was written either
  });
  for await (const chunk of body) {
    hash.update(chunk as Buffer);
    gunzip.write(chunk as Buffer);
  }
  gunzip.end();
  await unpacked;
  return { sha256: hash.digest('base64'), lines };
}
