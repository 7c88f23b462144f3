import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { decryptOriginal } from '#core/encrypt-original.ts';
import { localClient, type TestSystem } from '../setup/system.ts';

export interface StoredLetter {
  readonly type: string | null;
  readonly reason: string;
  readonly pointer: string;
  readonly keyword: string;
  readonly source: string | null;
  readonly id: string | null;
  readonly queue: string;
  readonly status: string;
  readonly view: unknown;
  /** The body as it came, decrypted. */
  readonly original: string;
}

type Row = Omit<StoredLetter, 'original'> & { readonly sealed: Uint8Array; readonly data_key: Uint8Array };

/** Every dead letter with its original, opened as a replay would: the data key by the key management service. */
export async function readLetters({ sql, outputs }: TestSystem): Promise<StoredLetter[]> {
  const rows = await sql<Row[]>`
    select event_type as type, reason, pointer, keyword, event_source as source, event_id as id, queue, status,
           masked_view as view, original as sealed, data_key
    from dead_letter_queue order by dead_letter_queue.id`;
  const kms = new KMSClient({ ...localClient, endpoint: outputs.endpoints.events });
  const dataKeys = new Map<string, Uint8Array>();
  const letters: StoredLetter[] = [];
  for (const { sealed, data_key, ...letter } of rows) {
    const name = Buffer.from(data_key).toString('hex');
    const key = dataKeys.get(name) ?? (await kms.send(new DecryptCommand({ CiphertextBlob: data_key }))).Plaintext!;
    dataKeys.set(name, key);
    letters.push({ ...letter, original: decryptOriginal(sealed, key) });
  }
  kms.destroy();
  return letters;
}
