/**
 * The contract table: every event type, route, job, setting and name that both the stacks (`lib/`) and the functions
 * read. A new event type, route or job is a row here plus its own file; no stack is edited.
 */

export interface EventTypeRow {
  /** CloudEvents `type`; its schema files are `schemas/<type>.<version>.json`, its rows file `core/rows/<type>.ts`. */
  readonly type: string;
  /** Schema versions, oldest first. A version before the newest has an upcaster in its rows file. */
  readonly versions: readonly [string, ...string[]];
  /** Messages of one invocation. 6 MB of payload hold about 2,900 records of 1.1 KB: byte size may close a batch earlier. */
  readonly batchSize: number;
  /** Event source mapping cap (`LEAST_CONCURRENCY` or more), times `INGEST_CONCURRENCY_FACTOR`: their sum bounds the database
   * connections of ingestion. */
  readonly maxConcurrency: number;
}

/** The least that an event source mapping can be given. */
export const LEAST_CONCURRENCY = 2;

const lowVolume = { versions: ['v1'], batchSize: 500, maxConcurrency: LEAST_CONCURRENCY } as const;
const highVolume = { versions: ['v1'], batchSize: 1000, maxConcurrency: 4 } as const;

export const eventTypes = [
  { type: 'orders.order.status_changed', ...lowVolume },
  { type: 'payments.payment.confirmed', ...lowVolume },
  { type: 'shipping.shipment.status_changed', ...lowVolume },
  { type: 'analytics.page_view', ...highVolume },
  { type: 'analytics.product_view', ...highVolume },
  { type: 'analytics.cart_changed', ...lowVolume },
  { type: 'analytics.checkout_started', ...lowVolume },
  { type: 'customers.customer.updated', ...lowVolume },
  { type: 'returns.return.status_changed', ...lowVolume },
  { type: 'inventory.stock.changed', ...lowVolume },
  { type: 'marketing.spend.recorded', ...lowVolume },
  { type: 'analytics.reconciliation.reported', ...lowVolume },
] as const satisfies readonly EventTypeRow[];

export type EventType = (typeof eventTypes)[number]['type'];

/** Stands in for a type in the names of the queue of events that no subscription matches. */
export const UNMATCHED = 'unmatched';

const hyphenated = (type: string) => type.replaceAll('.', '-');
/** SQS allows no dots in names: they are hyphens. */
export const queueName = (type: string) => `analytics-${hyphenated(type)}`;
export const deadLetterQueueName = (type: string) => `dlq-analytics-${hyphenated(type)}`;

/** The rule that forwards a type's events from the bus; fixed, so that a replay can be limited to it by name. */
export const ruleName = (type: string) => `analytics-${hyphenated(type)}`;

/** How the names of the service's replays from the bus archive begin: its functions may touch no others. */
export const REPLAY_NAME_PREFIX = 'analytics-';

export const functionName = (name: string) => `analytics-${name}`;
/** Behind the function URL of the live stream, where a deployment has one. */
export const LIVE_FUNCTION = 'live';
/** The functions behind the queues' event source mappings, which the valve pauses and resumes. */
export const consumers = { ingest: 'ingest', capture: 'dlq-capture' } as const;

/** The type whose queue or dead-letter queue this is; null for the catch-all's and for queues that are not of a type. */
export function typeOfQueue(queueArn: string): EventType | null {
  const name = queueArn.split(':').at(-1);
  return eventTypes.find(({ type }) => name === queueName(type) || name === deadLetterQueueName(type))?.type ?? null;
}

/** One delivery and three retries. */
export const MAX_RECEIVE_COUNT = 4;

/** Why an event is dead-lettered, in the order in which the first that applies is the reason; then what only storing finds. */
export const reasons = [
  'too_large',
  'bad_encoding',
  'malformed',
  'bad_envelope',
  'unknown_type',
  'unknown_version',
  'schema_violation',
  'beyond_retention',
  'in_the_future',
  'identity_conflict',
  'processing_failed',
] as const;
export type Reason = (typeof reasons)[number];

/** SQS message attributes that carry a dead letter's reason from ingestion to the capture. Never the value. */
export const deadLetterAttributes = {
  reason: 'reason',
  pointer: 'pointer',
  keyword: 'keyword',
  /** What makes two dead letters the same one: the original message's id, or a conflict's identity and content. */
  deduplicationKey: 'deduplicationKey',
  /** On a replayed message: the stored dead letter it comes from, which a further failure opens again. */
  id: 'deadLetterId',
} as const;

/** What became of a stored dead letter. A replayed one whose event fails again is open again. */
export const deadLetterStatuses = ['open', 'replayed', 'discarded'] as const;
export type DeadLetterStatus = (typeof deadLetterStatuses)[number];

/** What a reconciliation compares with: sequence numbers, a publisher's counts, the same weekdays before. */
export const reconciliationKinds = ['sequence', 'count', 'rate'] as const;
export type ReconciliationKind = (typeof reconciliationKinds)[number];
/** Acknowledged: nothing will heal it, and it alarms no more. */
export const reconciliationStatuses = ['open', 'acknowledged', 'resolved'] as const;
export type ReconciliationStatus = (typeof reconciliationStatuses)[number];

export interface RouteRow {
  /** Its file is `functions/query/routes/<name>.ts`. */
  readonly name: string;
  readonly path: string;
  /** OAuth scope of the bearer token; `null` needs no token. */
  readonly scope: string | null;
}

const READ = 'analytics:read';
export const scopes = { read: READ, admin: 'analytics:admin' } as const;

export const routes = [
  { name: 'dashboard-overview', path: '/api/v1/analytics/dashboard/overview', scope: READ },
  { name: 'revenue', path: '/api/v1/analytics/revenue', scope: READ },
  { name: 'products-performance', path: '/api/v1/analytics/products/performance', scope: READ },
  { name: 'inventory', path: '/api/v1/analytics/inventory', scope: READ },
  { name: 'orders', path: '/api/v1/analytics/orders', scope: READ },
  { name: 'channels', path: '/api/v1/analytics/channels', scope: READ },
  { name: 'marketing', path: '/api/v1/analytics/marketing', scope: READ },
  { name: 'explain', path: '/api/v1/analytics/explain', scope: READ },
  { name: 'realtime', path: '/api/v1/analytics/realtime', scope: READ },
  { name: 'returns', path: '/api/v1/analytics/returns', scope: READ },
  { name: 'data-quality', path: '/api/v1/analytics/data-quality', scope: READ },
  { name: 'health', path: '/health', scope: null },
  { name: 'openapi', path: '/openapi.json', scope: null },
  { name: 'docs', path: '/docs', scope: null },
  { name: 'docs-file', path: '/docs/{file}', scope: null },
] as const satisfies readonly RouteRow[];

export interface AdminRouteRow {
  /** Its file is `functions/admin/routes/<name>.ts`. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Whether it changes something: then it takes `dryRun=true` and an `Idempotency-Key`. */
  readonly changes: boolean;
}

/** An HTTP API waits 30 s for an answer. */
export const ADMIN_TIMEOUT_SECONDS = 29;

/** On AWS signed with IAM credentials, on this machine with a token of the scope `analytics:admin`. */
export const adminRoutes = [
  { name: 'list-dead-letters', method: 'GET', path: '/admin/v1/dead-letters', changes: false },
  { name: 'read-dead-letter', method: 'GET', path: '/admin/v1/dead-letters/{id}', changes: false },
  { name: 'replay-dead-letters', method: 'POST', path: '/admin/v1/dead-letters/replay', changes: true },
  { name: 'replay-dead-letter', method: 'POST', path: '/admin/v1/dead-letters/{id}/replay', changes: true },
  { name: 'discard-dead-letter', method: 'POST', path: '/admin/v1/dead-letters/{id}/discard', changes: true },
  { name: 'erase-customer', method: 'DELETE', path: '/admin/v1/customers/{customerId}', changes: true },
  { name: 'list-jobs', method: 'GET', path: '/admin/v1/jobs', changes: false },
  { name: 'start-aggregation', method: 'POST', path: '/admin/v1/aggregations', changes: true },
  { name: 'read-aggregation', method: 'GET', path: '/admin/v1/aggregations/{id}', changes: false },
  { name: 'list-reconciliations', method: 'GET', path: '/admin/v1/reconciliations', changes: false },
  {
    name: 'acknowledge-reconciliation',
    method: 'POST',
    path: '/admin/v1/reconciliations/{id}/acknowledge',
    changes: true,
  },
  { name: 'start-replay', method: 'POST', path: '/admin/v1/replays', changes: true },
  { name: 'list-replays', method: 'GET', path: '/admin/v1/replays', changes: false },
  { name: 'read-replay', method: 'GET', path: '/admin/v1/replays/{id}', changes: false },
  { name: 'cancel-replay', method: 'POST', path: '/admin/v1/replays/{id}/cancel', changes: true },
  { name: 'read-costs', method: 'GET', path: '/admin/v1/costs', changes: false },
] as const satisfies readonly AdminRouteRow[];

/** How urgent an alarm is, each with a topic of its own. */
export const severities = ['P1', 'P2', 'warning'] as const;
export type Severity = (typeof severities)[number];

export interface JobAlarmRow {
  /** Its heading is in docs/runbook.md. */
  readonly name: string;
  /** Alarms when a run reports more than 0 of it, until one reports 0. */
  readonly metric: string;
  readonly severity: Severity;
}

export interface JobRow {
  /** Its file is `functions/jobs/<name>.ts`. */
  readonly name: string;
  /** EventBridge Scheduler expressions in the business time zone, each with the payload that the job is invoked with. */
  readonly schedules: readonly { readonly expression: string; readonly payload: Readonly<Record<string, unknown>> }[];
  /** Invoked by the deployment, before the functions that need what it does. */
  readonly onDeploy: boolean;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly databaseRole: DatabaseRole;
  readonly alarms?: readonly JobAlarmRow[];
  /** A run that answers {isDone: false} is followed by another at once: it may invoke itself. */
  readonly continues?: boolean;
  /** It pauses and resumes the event source mappings of the consumers. */
  readonly movesValve?: boolean;
  /** It sends dead letters through their queues again: it may read their originals, and send. */
  readonly replaysDeadLetters?: boolean;
  /** It reads the log groups of the setting `AUDIT_LOG_GROUPS`. */
  readonly readsLogs?: boolean;
  /** It asks EventBridge what became of the replays from the bus archive. */
  readonly followsReplays?: boolean;
  /** It reads the file of exchange rates that the setting `FX_RATES_URL` names. */
  readonly readsRates?: boolean;
  /** It writes measures of every minute to Timestream, where the setting `TIMESTREAM_TABLE` names a table. */
  readonly publishesMeasures?: boolean;
  /** It retires what is past retention: it may write, read back and remove exported files. */
  readonly retires?: boolean;
}

export const databaseRoles = {
  ingest: 'analytics_ingest',
  dlq: 'analytics_dlq',
  query: 'analytics_query',
  jobs: 'analytics_jobs',
  admin: 'analytics_admin',
  audit: 'analytics_audit',
  retain: 'analytics_retain',
  migrate: 'analytics_migrate',
} as const;
export type DatabaseRole = (typeof databaseRoles)[keyof typeof databaseRoles];

/** What the job `watch` looks for, and the metric by which it counts what it found. */
export const watchMetrics = {
  'daily-aggregation-missing': 'DailyAggregationMissing',
  'partitions-missing': 'PartitionsMissing',
  'type-silent': 'TypesSilent',
  'valve-closed-too-long': 'ValveSeenClosed',
  'ledger-growing': 'LedgerGrowing',
  'dead-letters-growing': 'DeadLettersGrowing',
} as const;

const watchAlarms = [
  { name: 'daily-aggregation-missing', metric: watchMetrics['daily-aggregation-missing'], severity: 'P2' },
  { name: 'partitions-missing', metric: watchMetrics['partitions-missing'], severity: 'P2' },
  { name: 'type-silent', metric: watchMetrics['type-silent'], severity: 'P2' },
  { name: 'valve-closed-too-long', metric: watchMetrics['valve-closed-too-long'], severity: 'P1' },
  { name: 'ledger-growing', metric: watchMetrics['ledger-growing'], severity: 'warning' },
  { name: 'dead-letters-growing', metric: watchMetrics['dead-letters-growing'], severity: 'P2' },
] as const satisfies readonly JobAlarmRow[];

export const jobs = [
  {
    name: 'migrate',
    schedules: [],
    onDeploy: true,
    timeoutSeconds: 300,
    memoryMb: 256,
    databaseRole: databaseRoles.migrate,
  },
  {
    name: 'aggregate',
    schedules: [
      { expression: 'cron(* * * * ? *)', payload: {} },
      { expression: 'cron(0 1 * * ? *)', payload: { day: 'yesterday' } },
    ],
    onDeploy: false,
    timeoutSeconds: 300,
    memoryMb: 512,
    databaseRole: databaseRoles.jobs,
    publishesMeasures: true,
  },
  {
    name: 'return-dead-letters',
    schedules: [{ expression: 'cron(*/5 * * * ? *)', payload: {} }],
    onDeploy: false,
    timeoutSeconds: 120,
    memoryMb: 256,
    databaseRole: databaseRoles.jobs,
    replaysDeadLetters: true,
  },
  {
    name: 'valve',
    schedules: [{ expression: 'cron(* * * * ? *)', payload: {} }],
    onDeploy: false,
    timeoutSeconds: 50,
    memoryMb: 256,
    databaseRole: databaseRoles.jobs,
    movesValve: true,
  },
  {
    name: 'follow-replays',
    schedules: [{ expression: 'cron(2/10 * * * ? *)', payload: {} }],
    onDeploy: false,
    timeoutSeconds: 60,
    memoryMb: 256,
    databaseRole: databaseRoles.jobs,
    followsReplays: true,
  },
  {
    name: 'reconcile',
    schedules: [{ expression: 'cron(30 2 * * ? *)', payload: { day: 'yesterday' } }],
    onDeploy: false,
    timeoutSeconds: 900,
    memoryMb: 512,
    databaseRole: databaseRoles.jobs,
    continues: true,
    alarms: [{ name: 'reconciliation-finding', metric: 'ReconciliationFindings', severity: 'P2' }],
  },
  {
    name: 'watch',
    schedules: [{ expression: 'cron(0 3 * * ? *)', payload: {} }],
    onDeploy: false,
    timeoutSeconds: 120,
    memoryMb: 256,
    databaseRole: databaseRoles.jobs,
    alarms: watchAlarms,
  },
  {
    name: 'audit-pii',
    schedules: [
      { expression: 'cron(0 3 ? * SUN *)', payload: {} },
      // what the run and its continuations did not come to: nothing where they came to the end
      { expression: 'cron(0 4-23 ? * SUN *)', payload: { resume: true } },
    ],
    onDeploy: false,
    timeoutSeconds: 900,
    memoryMb: 512,
    databaseRole: databaseRoles.audit,
    alarms: [{ name: 'personal-data-found', metric: 'PersonalDataFound', severity: 'P1' }],
    readsLogs: true,
    continues: true,
  },
  {
    name: 'retain',
    schedules: [{ expression: 'cron(0 4 * * ? *)', payload: {} }],
    onDeploy: false,
    timeoutSeconds: 900,
    memoryMb: 1024,
    databaseRole: databaseRoles.retain,
    alarms: [{ name: 'retention-overdue', metric: 'MonthsOverdue', severity: 'warning' }],
    continues: true,
    retires: true,
  },
  {
    name: 'fx-rates',
    // The European Central Bank publishes at about 16:00 in Frankfurt.
    schedules: [{ expression: 'cron(30 17 * * ? *)', payload: {} }],
    onDeploy: false,
    timeoutSeconds: 300,
    memoryMb: 512,
    databaseRole: databaseRoles.jobs,
    alarms: [{ name: 'exchange-rates-missing', metric: 'OrdersWithoutRate', severity: 'warning' }],
    readsRates: true,
  },
] as const satisfies readonly JobRow[];

/** Where Lambda is told to write what a function logs. */
export const logGroupName = (name: string) => `/aws/lambda/${functionName(name)}`;
/** Of all functions. */
export const ownLogGroups: readonly string[] = [
  ...[consumers.ingest, consumers.capture, 'query', 'admin', LIVE_FUNCTION],
  ...jobs.map(({ name }) => `job-${name}`),
].map(logGroupName);

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

/** CloudWatch metrics, in EMF lines of the functions' logs. */
export const metricsNamespace = 'CommerceAnalytics';
/** Value of the dimension `service`, which every metric has. */
export const serviceName = 'commerce-analytics';
/**
 * Dimensions that a metric may have beside `service`: the function's physical name, the job's name, the route's key, the
 * status class of an answer (2xx, 3xx, 4xx, 5xx).
 */
export const dimensions = { function: 'function', job: 'job', route: 'route', status: 'status' } as const;
export const metrics = {
  eventsReceived: 'EventsReceived',
  eventsStored: 'EventsStored',
  eventsDuplicate: 'EventsDuplicate',
  eventsRejected: 'EventsRejected',
  eventsFailed: 'EventsFailed',
  deadLettersCaptured: 'DeadLettersCaptured',
  deadLettersReplayed: 'DeadLettersReplayed',
  windowsAggregated: 'WindowsAggregated',
  /** Months of raw events that should have left the database a week ago. */
  monthsOverdue: 'MonthsOverdue',
  /** Open findings of the reconciliation, at the end of a run. */
  reconciliationFindings: 'ReconciliationFindings',
  /** Places where the audit's pass has found personal data so far. */
  personalDataFound: 'PersonalDataFound',
  /** Orders of the last 30 days in a currency without a rate into `ANALYTICS_CURRENCY`: they are in no sum. */
  ordersWithoutRate: 'OrdersWithoutRate',
  /** A run of a job that came to its end; dimension `job`. */
  jobSucceeded: 'JobSucceeded',
  /** 1 while the valve holds the consumers paused, else 0. */
  valveClosed: 'ValveClosed',
  /** Minutes since the consumers last ran at their full concurrency. */
  valveClosedMinutes: 'ValveClosedMinutes',
  /** Identities that the idempotency records knew: duplicates that did not ask the database. */
  filterHits: 'FilterHits',
  /** Seconds from an event's `time` until it was stored. */
  eventLag: 'EventLag',
  /** Milliseconds of a batch; dimension `function`. */
  batchLatency: 'BatchLatency',
  /** Seconds since the `time` of the newest stored event. */
  freshness: 'FreshnessSeconds',
  /** Hours that are still to be recomputed at the end of a run of `aggregate`. */
  windowsPending: 'WindowsPending',
  /** Records written to Timestream, and those that it did not take; only where `TIMESTREAM_TABLE` is set. */
  measuresWritten: 'MeasuresWritten',
  measuresLost: 'MeasuresLost',
  /** Milliseconds of an answer; dimension `route`. */
  routeLatency: 'RouteLatency',
  /** Dimensions `function` and `status`. */
  answers: 'Answers',
  /** 1 where `If-None-Match` was answered by the version of the data alone, 0 where the figures were asked; dimension `route`. */
  cacheHits: 'CacheHits',
  /** Milliseconds until a connection to the database stood, TLS and login apart. */
  databaseConnectLatency: 'DatabaseConnectLatency',
  databaseConnectFailures: 'DatabaseConnectFailures',
  /** Resident memory in percent of the function's, at the end of an invocation, by `function`. */
  memoryUsedPercent: 'MemoryUsedPercent',
} as const;
