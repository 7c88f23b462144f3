import { randomInt } from 'node:crypto';

/** `GenerateSecretString` of AWS::SecretsManager::Secret. */
export interface SecretRecipe {
  readonly PasswordLength?: number;
  readonly ExcludeCharacters?: string;
  readonly ExcludeLowercase?: boolean;
  readonly ExcludeUppercase?: boolean;
  readonly ExcludeNumbers?: boolean;
  readonly ExcludePunctuation?: boolean;
  readonly IncludeSpace?: boolean;
  readonly SecretStringTemplate?: string;
  readonly GenerateStringKey?: string;
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** A secret's text: the password alone, or the template's object with the password under its key. */
export function generateSecret(recipe: SecretRecipe): string {
  const alphabet = [
    recipe.ExcludeLowercase ? '' : LOWER,
    recipe.ExcludeUppercase ? '' : LOWER.toUpperCase(),
    recipe.ExcludeNumbers ? '' : '0123456789',
    recipe.ExcludePunctuation ? '' : PUNCTUATION,
    recipe.IncludeSpace ? ' ' : '',
  ];
  const excluded = recipe.ExcludeCharacters ?? '';
  const characters = [...alphabet.join('')].filter((character) => !excluded.includes(character));
  const length = Number(recipe.PasswordLength ?? 32);
  const password = Array.from({ length }, () => characters[randomInt(characters.length)]).join('');
  if (!recipe.GenerateStringKey) return password;
  const template = JSON.parse(recipe.SecretStringTemplate ?? '{}') as Record<string, unknown>;
  return JSON.stringify({ ...template, [recipe.GenerateStringKey]: password });
}
