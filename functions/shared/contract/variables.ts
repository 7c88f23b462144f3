/**
 * Settings that an operator may change: environment variables of the functions, set per stage in `lib/settings.ts`.
 * Each function reads only those it needs, once, at cold start; a malformed one stops the start with its name.
 */
export const settingDefaults = {
  /** IANA zone of the business day. */
  ANALYTICS_TIME_ZONE: 'UTC',
  /** ISO 4217 code of the currency that answers default to. */
  ANALYTICS_CURRENCY: 'EUR',
  RAW_RETENTION_DAYS: '90',
  /** How long an identity is known as stored; `auto`: as long as an event could come again. */
  LEDGER_RETENTION_DAYS: 'auto',
  DEAD_LETTER_RETENTION_DAYS: '90',
  MAX_FUTURE_HOURS: '24',
  /** At least 15 days: longer than any queue keeps a message. */
  IDEMPOTENCY_RETENTION_DAYS: '16',
  /** Times each event type's `maxConcurrency`. */
  INGEST_CONCURRENCY_FACTOR: '1',
  DATABASE_POOL_SIZE: '1',
  DATABASE_IDLE_TIMEOUT_SECONDS: '60',
  /** 20 s lets a paused cluster resume. */
  DATABASE_CONNECT_TIMEOUT_SECONDS: '20',
  /** Failures of the database in a row after which a function stops asking it. */
  BREAKER_FAILURES: '3',
  /** How long it then waits before one operation tries again. */
  BREAKER_OPEN_SECONDS: '30',
  /** `s3://bucket/key` of a file of exchange rates, which the job `fx-rates` reads. Empty: rates come by command alone. */
  FX_RATES_URL: '',
  /** What a GiB of the database's storage costs in a month, in whatever currency. Empty: `costs` tells bytes and no money. */
  STORAGE_PRICE_PER_GIB_MONTH: '',
  /** Log groups that the audit for personal data reads, separated by commas; `own`: those of all functions. Empty: none. */
  AUDIT_LOG_GROUPS: '',
  /** `database/table` in Timestream that measures of every minute are written to. Empty: nowhere. */
  TIMESTREAM_TABLE: '',
  /** The account's cell, as `https://ingest-cell1.timestream.eu-central-1.amazonaws.com`. Empty: discovered. */
  TIMESTREAM_ENDPOINT: '',
  /** How often the live stream asks the API on behalf of a viewer. */
  LIVE_INTERVAL_SECONDS: '5',
  /** How long a live stream lasts; then its client connects again. Lambda tells nobody of a client that has gone: so long it is served. */
  LIVE_STREAM_SECONDS: '120',
  LOG_LEVEL: 'INFO',
  /** Share of invocations, 0 to 1, that log at level DEBUG whatever `LOG_LEVEL` is. */
  POWERTOOLS_LOGGER_SAMPLE_RATE: '0',
} as const;

export type SettingName = keyof typeof settingDefaults;

/** File in every bundle with the certificate authorities that the database's certificate is verified against. */
export const CA_FILE_NAME = 'rds-ca.pem';

/** Variables that the stacks derive from their resources; an operator does not set them. */
export const resourceVariables = {
  databaseHost: 'DATABASE_HOST',
  databasePort: 'DATABASE_PORT',
  databaseName: 'DATABASE_NAME',
  databaseUser: 'DATABASE_USER',
  /** Secrets Manager id of the master user's credentials; only the migrations have it. */
  databaseMasterSecret: 'DATABASE_SECRET_ID',
  /** PEM file that the server's certificate is verified against. */
  databaseCaFile: 'DATABASE_CA_FILE',
  /** Secrets Manager id of {"current": "<version>", "<version>": "<key>", …}. */
  pseudonymKeysSecret: 'PSEUDONYM_KEYS_SECRET_ID',
  /** KMS key that the originals of dead letters are encrypted under. */
  deadLetterKey: 'DEAD_LETTER_KEY_ID',
  /** DynamoDB table of idempotency records. */
  idempotencyTable: 'IDEMPOTENCY_TABLE',
  /** DynamoDB table of what is known of the database's health, and of the consumers that were paused for it. */
  valveTable: 'VALVE_TABLE',
  /** JSON {"<type>": "<dead-letter queue URL>", …, "unmatched": …}. */
  deadLetterQueueUrls: 'DEAD_LETTER_QUEUE_URLS',
  /** JSON {"<type>": "<queue URL>", …, "unmatched": …}. */
  queueUrls: 'QUEUE_URLS',
  /** ARNs of the event bus and of its archive, for replays. */
  eventBus: 'EVENT_BUS_ARN',
  eventArchive: 'EVENT_ARCHIVE_ARN',
  /** S3 bucket of the months that were taken out of the database. */
  exportBucket: 'EXPORT_BUCKET',
  /** URL of the query API, without a slash at its end. */
  apiUrl: 'API_URL',
} as const;
