import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Secrets and key material by name: made once, kept for good, so that pseudonyms and encrypted originals outlive a restart. */
export interface KeptMaterial {
  get(name: string, make: () => string): string;
}

/** Keeps material in a JSON file that only its owner may read. */
export function keepMaterial(file: string): KeptMaterial {
  const kept: Record<string, string> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return {
    get: (name, make) => {
      const existing = kept[name];
      if (existing !== undefined) return existing;
      const made = make();
      kept[name] = made;
      writeFileSync(`${file}.new`, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
      return made;
    },
  };
}
