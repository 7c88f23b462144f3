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

/** What the job `watch` looks for, and the metric by which it counts what it found. */
export const watchMetrics = {
  'daily-aggregation-missing': 'DailyAggregationMissing',
  'partitions-missing': 'PartitionsMissing',
  'type-silent': 'TypesSilent',
  'valve-closed-too-long': 'ValveSeenClosed',
  'ledger-growing': 'LedgerGrowing',
  'dead-letters-growing': 'DeadLettersGrowing',
} as const;
