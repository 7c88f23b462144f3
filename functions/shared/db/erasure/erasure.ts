/** Rows by table. */
export type Touched = Readonly<Record<string, number>>;

/** Where an erasure that is under way goes on, and what stands for whom; gone when it is complete. */
export interface Pending {
  /** Stands for the customer: random, so that nothing leads back. */
  readonly surrogate: string;
  readonly pass: 'collect' | 'sift' | 'rewrite' | 'letters';
  /** Index of the pass's source that is being read, and the end of what was read of it. */
  readonly source: number;
  readonly after: string | null;
  /** Anonymous ids of this customer alone, each with its random surrogate. */
  readonly anonymous: Readonly<Record<string, string>>;
  /** Stored pseudonyms of email addresses and phone numbers, with their kind. */
  readonly pseudonyms: Readonly<Record<string, 'email' | 'phone'>>;
}

export interface Erasure {
  readonly digest: string;
  readonly key_version: string;
  readonly erased_at: string;
  readonly touched: Touched;
  readonly pending: Pending | null;
}

export interface ErasureRow extends Omit<Erasure, 'erased_at'> {
  readonly erased_at: Date;
}
