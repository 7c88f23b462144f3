import Bowser from 'bowser';
import type { Pseudonym, Pseudonymize } from '../pseudonymize.ts';

const OTHER = 'other';
/** Real user agents are shorter: the longest in use have about 500 characters. */
const MAX_PARSED = 1024;

/**
 * For agents that it does not know, bowser answers with what the text begins with, which may be anything: only its own
 * names pass.
 */
const known = {
  browsers: new Set(Object.values(Bowser.BROWSER_MAP)),
  systems: new Set(Object.values(Bowser.OS_MAP)),
  platforms: new Set(Object.values(Bowser.PLATFORMS_MAP)),
};
const ifKnown = (names: ReadonlySet<string>, name: string | undefined) => (name && names.has(name) ? name : OTHER);

export interface MaskedUserAgent extends Pseudonym {
  /** desktop, mobile, tablet, tv, bot or other. */
  readonly device: string;
  readonly browser: string;
  readonly os: string;
}

/** Pseudonym of the whole text, with device class, browser and OS family without versions. */
export function maskUserAgent(value: string, pseudonymize: Pseudonymize): MaskedUserAgent {
  // bowser throws on an empty text, and its hundred patterns run over the whole of a long one.
  const parser = value === '' ? undefined : Bowser.getParser(value.slice(0, MAX_PARSED));
  return {
    ...pseudonymize('userAgent', value),
    device: ifKnown(known.platforms, parser?.getPlatformType()),
    browser: ifKnown(known.browsers, parser?.getBrowserName()),
    os: ifKnown(known.systems, parser?.getOSName()),
  };
}
