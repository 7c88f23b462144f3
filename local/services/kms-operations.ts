import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { arn } from '../template/resource-attributes.ts';
import type { KeptMaterial } from './keep-material.ts';
import { AwsError, type AwsOperation } from './serve-aws-calls.ts';

type Context = Readonly<Record<string, string>> | undefined;
type DataKeyRequest = { KeyId: string; KeySpec?: string; NumberOfBytes?: number; EncryptionContext?: Context };
type DecryptRequest = { CiphertextBlob: string; EncryptionContext?: Context };

/** GenerateDataKey and Decrypt under symmetric keys. `findKey` answers a key's id by id, ARN or alias. */
export function kmsOperations(
  findKey: (id: string) => string | undefined,
  material: KeptMaterial,
): Readonly<Record<string, AwsOperation>> {
  const secretOf = (keyId: string) =>
    Buffer.from(
      material.get(`key:${keyId}`, () => randomBytes(32).toString('base64')),
      'base64',
    );
  return {
    'TrentService.GenerateDataKey': (request) => {
      const { KeyId, KeySpec, NumberOfBytes, EncryptionContext } = request as DataKeyRequest;
      const keyId = findKey(KeyId);
      if (!keyId) throw new AwsError('NotFoundException', 'The key does not exist');
      const plaintext = randomBytes(NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32));
      const blob = encrypt(keyId, secretOf(keyId), plaintext, EncryptionContext);
      return { KeyId: arn('kms', `key/${keyId}`), Plaintext: plaintext.toString('base64'), CiphertextBlob: blob };
    },
    'TrentService.Decrypt': (request) => {
      const { CiphertextBlob, EncryptionContext } = request as DecryptRequest;
      const blob = Buffer.from(CiphertextBlob, 'base64');
      const keyId = findKey(blob.subarray(1, 1 + (blob[0] ?? 0)).toString());
      if (!keyId) throw new AwsError('InvalidCiphertextException', 'The ciphertext names no key');
      const plaintext = decrypt(keyId, secretOf(keyId), blob, EncryptionContext);
      return {
        KeyId: arn('kms', `key/${keyId}`),
        Plaintext: plaintext.toString('base64'),
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    },
  };
}

/** One byte of length and the key's id, 12 bytes of nonce, 16 of tag, the ciphertext; bound to the encryption context. */
function encrypt(keyId: string, secret: Buffer, plaintext: Buffer, context: Context): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(boundTo(context));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const id = Buffer.from(keyId);
  return Buffer.concat([Buffer.from([id.length]), id, nonce, cipher.getAuthTag(), ciphertext]).toString('base64');
}

function decrypt(keyId: string, secret: Buffer, blob: Buffer, context: Context): Buffer {
  const rest = blob.subarray(1 + Buffer.byteLength(keyId));
  try {
    const decipher = createDecipheriv('aes-256-gcm', secret, rest.subarray(0, 12)).setAAD(boundTo(context));
    decipher.setAuthTag(rest.subarray(12, 28));
    return Buffer.concat([decipher.update(rest.subarray(28)), decipher.final()]);
  } catch {
    throw new AwsError(
      'InvalidCiphertextException',
      'The ciphertext or its encryption context is not what was encrypted',
    );
  }
}

const boundTo = (context: Context) =>
  Buffer.from(JSON.stringify(Object.entries(context ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))));
