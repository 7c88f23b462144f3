/** What a run of the watch saw, kept in its result. */
export interface Look {
  /** RFC 3339. */
  readonly at: string;
  /** The ledger with its index. */
  readonly ledgerBytes: number;
  readonly openLetters: number;
}

const DAY_MS = 86_400_000;
/** A look by hand an hour ago is no day's growth. */
const DAY_AT_LEAST_MS = DAY_MS * (20 / 24);

/** The newest look and, going back from it, one a day; the newest first. */
function daily(looks: readonly Look[]): Look[] {
  const kept: Look[] = [];
  for (const look of looks.toReversed()) {
    const next = kept.at(-1);
    if (!next || Date.parse(next.at) - Date.parse(look.at) >= DAY_AT_LEAST_MS) kept.push(look);
  }
  return kept;
}

/** 400,000 identities of 163 bytes: below that nobody's bill or disk notices. */
const LEAST_LEDGER_BYTES = 64 * 2 ** 20;
const LEDGER_SHARE = 0.1;
const LEDGER_TIMES = 5;
const LEDGER_DAYS = 7;

/**
 * The ledger grew within a day by more than 64 MiB, a tenth of its size and five times its largest growth of the days
 * measured, seven at least. It holds months, so a day adds about a hundredth: a tenth is ten days' worth of new identities
 * in one. A sale does not do that; a producer that sends the same under new ids does.
 */
export function hasLedgerJumped(looks: readonly Look[]): boolean {
  const days = daily(looks);
  const growths = days.slice(0, -1).map((look, index) => {
    const before = days[index + 1]!;
    return (look.ledgerBytes - before.ledgerBytes) / ((Date.parse(look.at) - Date.parse(before.at)) / DAY_MS);
  });
  const [growth = 0, ...earlier] = growths;
  if (earlier.length < LEDGER_DAYS) return false;
  const largest = Math.max(...earlier, 0);
  return growth > Math.max(LEAST_LEDGER_BYTES, LEDGER_SHARE * days[1]!.ledgerBytes, LEDGER_TIMES * largest);
}

/** As many as wait in a queue when its alarm fires. */
const LETTERS_A_DAY = 100;
const DAYS_IN_A_ROW = 7;

/** Open dead letters: over a hundred more than a day ago, or more on each of seven days in a row: nobody is at them. */
export function haveLettersGrown(looks: readonly Look[]): boolean {
  const [today, ...before] = daily(looks).map(({ openLetters }) => openLetters);
  if (today === undefined || before.length === 0) return false;
  const row = [today, ...before].slice(0, DAYS_IN_A_ROW + 1);
  const hasRisenDaily = row.length > DAYS_IN_A_ROW && row.every((open, day) => day === 0 || open < row[day - 1]!);
  return today - before[0]! > LETTERS_A_DAY || hasRisenDaily;
}
