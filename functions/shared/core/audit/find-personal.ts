import type { Json, JsonObject } from '../event.ts';
import { detectInText } from './detect-in-text.ts';
import { knownNames } from './known-names.ts';
import { detectUnmasked, personalFieldNames } from './masked-forms.ts';

export interface PersonalPlace {
  /** Names from the column's value inwards, joined by dots; those that no schema knows are `*`. Empty: the value itself. */
  readonly path: string;
  readonly detector: string;
}

/** Also what a schema no longer names, and where a dead letter's view has its event's fields. */
const shownNames = new Set([...knownNames, ...personalFieldNames, 'data']);

/**
 * What in a column's value looks personal: place and detector, never the value.
 * @param column its name, which is a field's name where a field has a column
 * @param canaries texts in lower case that must be nowhere
 */
export function findPersonal(value: unknown, column: string, canaries: readonly string[] = []): PersonalPlace[] {
  const places: PersonalPlace[] = [];
  const add = (path: readonly string[], detector: string) =>
    places.push({ path: path.map(shownName).join('.'), detector });

  const checkText = (text: string, path: readonly string[]) => {
    for (const detector of detectInText(text)) add(path, detector);
    const lower = text.toLowerCase();
    if (canaries.some((canary) => lower.includes(canary))) add(path, 'canary');
  };
  const visit = (part: Json | undefined, path: readonly string[]) => {
    if (part === null || part === undefined) return;
    if (typeof part === 'string' || typeof part === 'number') checkText(String(part), path);
    if (Array.isArray(part)) {
      // A fact's entry is [order, value]: the value is the field's, the order is a version and says nothing of its form
      const [first, second] = part as readonly Json[];
      const isEntry = part.length === 2 && typeof first === 'string' && path.length > 0;
      if (isEntry) checkText(first, path);
      for (const item of isEntry ? [second] : (part as readonly Json[])) visitField(item, path);
    } else if (typeof part === 'object') {
      for (const [name, member] of Object.entries(part as JsonObject)) {
        checkText(name, [...path, name]);
        visitField(member, [...path, name]);
      }
    }
  };
  const visitField = (part: Json | undefined, path: readonly string[]) => {
    const detector = part === undefined || isList(part) ? null : detectUnmasked([column, ...path], part);
    if (detector !== null) add(path, detector);
    visit(part, path);
  };
  visitField(value as Json, []);
  return places;
}

const isList = (part: Json) => Array.isArray(part);

const shownName = (name: string) => (shownNames.has(name) ? name : '*');
