import { GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { AnalyticsError } from '#core/errors.ts';
import { readResource } from './config.ts';

const client = new KMSClient({});

/** A new AES-256 key: in the clear, and sealed by the key management service for the day it is needed again. */
export async function generateDataKey(): Promise<{ readonly plain: Uint8Array; readonly sealed: Uint8Array }> {
  const command = new GenerateDataKeyCommand({ KeyId: readResource('deadLetterKey'), KeySpec: 'AES_256' });
  const { Plaintext, CiphertextBlob } = await client.send(command);
  if (!Plaintext || !CiphertextBlob) throw new AnalyticsError('key management service answered without a data key');
  return { plain: Plaintext, sealed: CiphertextBlob };
}
