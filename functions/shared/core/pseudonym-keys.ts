/** HMAC keys by version; new pseudonyms are made under `current`, old ones stay readable under theirs. */
export interface PseudonymKeys {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Buffer>;
}
