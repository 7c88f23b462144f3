import { type DatabaseRole, databaseRoles } from './database-roles.ts';
import { watchMetrics } from './metrics.ts';

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

const watchAlarms = [
  { name: 'daily-aggregation-missing', metric: watchMetrics['daily-aggregation-missing'], severity: 'P2' },
  { name: 'partitions-missing', metric: watchMetrics['partitions-missing'], severity: 'P2' },
  { name: 'type-silent', metric: watchMetrics['type-silent'], severity: 'P2' },
  { name: 'valve-closed-too-long', metric: watchMetrics['valve-closed-too-long'], severity: 'P1' },
  { name: 'ledger-growing', metric: watchMetrics['ledger-growing'], severity: 'warning' },
  { name: 'dead-letters-growing', metric: watchMetrics['dead-letters-growing'], severity: 'P2' },
] as const satisfies readonly JobAlarmRow[];

/** A new job is a row here plus its own file; no stack is edited. */
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
