import type { JsonObject, MaskedEvent } from './event.ts';

/** By version: data of it, validated and masked, in the shape of the version after it. A new object. */
export type Upcasts = Readonly<Record<string, (data: JsonObject) => JsonObject>>;

/**
 * The event with its data in the newest version's shape, step by step; `version` still says what it was written in. It
 * follows masking, so that each version is masked by its own schema and an upcast never sees a personal value.
 */
export function upcastEvent(event: MaskedEvent, upcasts: Upcasts = {}): MaskedEvent {
  let { data } = event;
  for (let version = event.version; ; version = after(version)) {
    const upcast = upcasts[version];
    if (!upcast) break;
    data = upcast(data);
  }
  return data === event.data ? event : { ...event, data };
}

/** Versions are v1, v2, … without gaps. @throws {Error} naming the file and the version that cannot become the next. */
export function checkUpcasts(file: string, versions: readonly string[], upcasts: Upcasts = {}): void {
  for (const [index, version] of versions.entries()) {
    if (version !== `v${index + 1}`)
      throw new Error(`${file}: versions must be v1, v2, …, and ${version} is out of order`);
    const isNewest = index === versions.length - 1;
    if (isNewest === version in upcasts)
      throw new Error(`${file}: upcasts ${isNewest ? 'holds the newest version' : 'lacks'} ${version}`);
  }
}

const after = (version: string) => `v${Number(version.slice(1)) + 1}`;
