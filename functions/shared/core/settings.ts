import { data as currencies } from 'currency-codes';
import { ownLogGroups } from '#contract/functions.ts';
import type { SettingName } from '#contract/variables.ts';
import { readTimeZone } from './time-zone.ts';

interface Rule<Value> {
  readonly expected: string;
  /** The value, or undefined where the text is not one. */
  readonly read: (text: string) => Value | undefined;
}

function wholeNumber(from: number, to: number): Rule<number> {
  return {
    expected: `a whole number from ${from} to ${to}`,
    read: (text) => {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      return value >= from && value <= to ? value : undefined;
    },
  };
}

const AUTO = 'auto';

const ledgerDays: Rule<number | typeof AUTO> = {
  expected: `${AUTO}, or a whole number from 1 to 99999`,
  read: (text) => (text === AUTO ? text : wholeNumber(1, 99_999).read(text)),
};

const share: Rule<number> = {
  expected: 'a number from 0 to 1, as 0.05',
  read: (text) => (/^(0(\.\d+)?|1(\.0+)?)$/.test(text) ? Number(text) : undefined),
};

const timeZone: Rule<string> = { expected: 'an IANA time zone, as Europe/Berlin', read: readTimeZone };

const currency: Rule<string> = {
  expected: 'an ISO 4217 currency code, as EUR',
  read: (text) => currencies.find(({ code }) => code === text)?.code,
};

const price: Rule<string> = {
  expected: 'empty, or a price with at most 6 decimals, as 0.10',
  read: (text) => (/^(?:\d{1,6}(?:\.\d{1,6})?)?$/.test(text) ? text : undefined),
};

/** Functions have no way to the internet: another address would fail every run, so it stops the start. */
const ratesUrl: Rule<string> = {
  expected: 'empty, or s3://bucket/key (functions reach S3 and not the internet)',
  read: (text) => (/^(?:s3:\/\/[a-z\d][a-z\d.-]{1,61}[a-z\d]\/[\w!.()/'-]{1,900})?$/.test(text) ? text : undefined),
};

export interface TimestreamTable {
  readonly database: string;
  readonly table: string;
}

const timestreamTable: Rule<TimestreamTable | ''> = {
  expected: 'empty, or database/table',
  read: (text) => {
    if (text === '') return text;
    const [, database, table] = /^([\w.-]{3,256})\/([\w.-]{3,256})$/.exec(text) ?? [];
    return database && table ? { database, table } : undefined;
  },
};

const endpointUrl: Rule<string> = {
  expected: 'empty, or an https:// URL of a host',
  // http on this machine alone: what stands in for the service in tests
  read: (text) => (/^(?:https:\/\/[a-z\d.-]+|http:\/\/127\.0\.0\.1:\d{1,5})?$/.test(text) ? text : undefined),
};

const OWN = 'own';

const logGroups: Rule<readonly string[]> = {
  expected: `empty, or names of log groups separated by commas, ${OWN} for those of all functions`,
  read: (text) => {
    if (text === '') return [];
    const names = text.split(',').map((name) => name.trim());
    if (!names.every((name) => /^[\w./#-]{1,512}$/.test(name))) return undefined;
    return [...new Set(names.flatMap((name) => (name === OWN ? ownLogGroups : name)))];
  },
};

const levels = ['DEBUG', 'INFO', 'WARN', 'ERROR'];

/** What each setting of the contract table must be; read at synthesis and at cold start. */
export const settingRules = {
  ANALYTICS_TIME_ZONE: timeZone,
  ANALYTICS_CURRENCY: currency,
  RAW_RETENTION_DAYS: wholeNumber(1, 36_500),
  LEDGER_RETENTION_DAYS: ledgerDays,
  DEAD_LETTER_RETENTION_DAYS: wholeNumber(1, 36_500),
  MAX_FUTURE_HOURS: wholeNumber(0, 8_760),
  IDEMPOTENCY_RETENTION_DAYS: wholeNumber(15, 3_650),
  INGEST_CONCURRENCY_FACTOR: wholeNumber(1, 100),
  DATABASE_POOL_SIZE: wholeNumber(1, 20),
  DATABASE_IDLE_TIMEOUT_SECONDS: wholeNumber(1, 3_600),
  DATABASE_CONNECT_TIMEOUT_SECONDS: wholeNumber(1, 60),
  BREAKER_FAILURES: wholeNumber(1, 100),
  BREAKER_OPEN_SECONDS: wholeNumber(1, 3_600),
  FX_RATES_URL: ratesUrl,
  STORAGE_PRICE_PER_GIB_MONTH: price,
  AUDIT_LOG_GROUPS: logGroups,
  TIMESTREAM_TABLE: timestreamTable,
  TIMESTREAM_ENDPOINT: endpointUrl,
  LIVE_INTERVAL_SECONDS: wholeNumber(1, 60),
  LIVE_STREAM_SECONDS: wholeNumber(2, 880),
  POWERTOOLS_LOGGER_SAMPLE_RATE: share,
  LOG_LEVEL: { expected: levels.join(', '), read: (text: string) => levels.find((level) => level === text) },
} as const satisfies Record<SettingName, Rule<string | number | readonly string[] | TimestreamTable>>;
