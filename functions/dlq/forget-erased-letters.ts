import type { TransactionSql } from 'postgres';
import { digestUnderEveryKey } from '#core/erased-identities.ts';
import { identitiesInBody, judgeIdentities } from '#core/identities-in-body.ts';
import type { PseudonymKeys } from '#core/pseudonym-keys.ts';
import { findErasedIdentities } from '#db/find-erased-identities.ts';
import type { DeadLetterRow } from '#db/insert-dead-letters.ts';

interface Letter {
  readonly body: string;
  readonly row: DeadLetterRow;
}

/** Letters of erased persons without original and view: what happened is kept, and nothing of whom it happened to. */
export async function forgetErasedLetters<L extends Letter>(
  tx: TransactionSql,
  letters: readonly L[],
  keys: PseudonymKeys,
): Promise<L[]> {
  const named = letters.map((letter) => ({ letter, identities: identitiesInBody(letter.body, keys) }));
  const digests = named.flatMap(({ identities }) => identities.flatMap((each) => digestUnderEveryKey(each, keys)));
  const erased = new Set(
    await findErasedIdentities(
      tx,
      digests.map(({ digest }) => digest),
    ),
  );
  return named.map(({ letter, identities }) => {
    const judgement = judgeIdentities(identities, (identity) =>
      digestUnderEveryKey(identity, keys).some(({ digest }) => erased.has(digest)),
    );
    if (judgement === undefined) return letter;
    const sealed = judgement === 'own' ? { original: '', data_key: '', status: 'discarded' as const } : {};
    return { ...letter, row: { ...letter.row, ...sealed, masked_view: {} } };
  });
}
