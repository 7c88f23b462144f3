import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { AnalyticsError } from '#core/errors.ts';
import { readResource } from './config.ts';

const client = new KMSClient({});

/** The data key in the clear, from what `generateDataKey` answered as sealed. */
export async function decryptDataKey(sealed: Uint8Array): Promise<Uint8Array> {
  const command = new DecryptCommand({ KeyId: readResource('deadLetterKey'), CiphertextBlob: sealed });
  const { Plaintext } = await client.send(command);
  if (!Plaintext) throw new AnalyticsError('key management service answered without a data key');
  return Plaintext;
}
