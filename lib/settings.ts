import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type FunctionSettings, readFunctionSettings } from './function-settings.ts';

/** What differs between the stages. Nothing here names an account or a region: `cdk deploy` takes both from its caller. */
interface StageRow {
  /** Aurora capacity units (about 2 GiB of memory each). */
  readonly minCapacity: number;
  readonly maxCapacity: number;
  /** Standby instances. With none, a failed writer is replaced in minutes, with one in about half a minute. */
  readonly readers: number;
  readonly backupDays: number;
  readonly logRetention: RetentionDays;
  /** Production's stacks refuse to be deleted, and its data outlives them. */
  readonly protect: boolean;
  /** Requests per second and burst that the query API admits: what bounds its functions, and so its connections. */
  readonly throttle: { readonly rateLimit: number; readonly burstLimit: number };
  /** Minutes without any event after which it is an alarm: longer than the shop's quietest night. */
  readonly silenceMinutes: number;
  /** Viewers of the live stream at once: executions of Lambda that are reserved for them. 0: there is no stream. */
  readonly liveViewers: number;
  /** How long the queues' consumer waits for a batch to fill. */
  readonly batchWindowSeconds: number;
  /** Settings whose default differs in this stage; a variable still overrides them. */
  readonly functionSettings?: Partial<FunctionSettings>;
}

/**
 * The throttles follow from what the database and the account can take at the same time, with every answer as slow as it
 * may be: test/stacks/connections.test.ts does that sum for each stage.
 */
const small: StageRow = {
  minCapacity: 0.5,
  maxCapacity: 4,
  readers: 0,
  backupDays: 1,
  logRetention: RetentionDays.ONE_WEEK,
  protect: false,
  silenceMinutes: 720,
  throttle: { rateLimit: 20, burstLimit: 40 },
  liveViewers: 0,
  batchWindowSeconds: 1,
};

const production: StageRow = {
  // From 1 on, the number of connections follows the greatest capacity; below it ends at 2,000.
  minCapacity: 1,
  maxCapacity: 16,
  readers: 1,
  backupDays: 14,
  logRetention: RetentionDays.THREE_MONTHS,
  protect: true,
  silenceMinutes: 360,
  throttle: { rateLimit: 35, burstLimit: 70 },
  // Reserving fails where the account's quota does not leave 100 to all others, as that of many a new one: it is asked for.
  liveViewers: 0,
  batchWindowSeconds: 1,
};

const stages = {
  /** Not deployed: what `npm start` runs on this machine. */
  local: { ...small, liveViewers: 4 },
  staging: small,
  production,
  /** From about a hundred million events a month on. It needs a raised quota of concurrent executions: docs/deploy.md. */
  'high-volume': {
    ...production,
    minCapacity: 4,
    maxCapacity: 64,
    backupDays: 35,
    throttle: { rateLimit: 100, burstLimit: 200 },
    // Events wait longer, for larger batches: `npm run bench` stores twice as many a second in tenfold ones.
    batchWindowSeconds: 5,
    silenceMinutes: 15,
    functionSettings: { INGEST_CONCURRENCY_FACTOR: '4' },
  },
} as const satisfies Record<string, StageRow>;

export type Stage = keyof typeof stages;
export const stageNames = Object.keys(stages) as readonly Stage[];
export const DEFAULT_STAGE: Stage = 'production';

/** Who issues the bearer tokens of the query API; undefined: parameters of the stack. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly audience: string;
}

export interface Settings extends StageRow {
  readonly stage: Stage;
  readonly tokens: TokenIssuer | undefined;
  readonly functions: FunctionSettings;
  /** Addresses that every alarm is mailed to, once each has confirmed. Empty: subscribe to the topics yourself. */
  readonly alarmEmails: readonly string[];
  /** Where the alarms' descriptions lead: a page with the headings of docs/runbook.md. */
  readonly runbookUrl: string;
  /** Of what holds data: database and keys. */
  readonly removalPolicy: RemovalPolicy;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that name the token issuer at synthesis. */
export const tokenVariables = { issuer: 'OIDC_ISSUER', audience: 'OIDC_AUDIENCE' } as const;

function readTokenIssuer(stage: Stage, environment: Environment): TokenIssuer | undefined {
  // The local runner is the issuer: a variable meant for a deployment must not lock its own tokens out.
  if (stage === 'local') return { issuer: 'https://issuer.analytics.local/', audience: 'analytics' };
  const { [tokenVariables.issuer]: issuer, [tokenVariables.audience]: audience } = environment;
  if (issuer === undefined && audience === undefined) return undefined;
  if (!issuer?.startsWith('https://')) throw new Error(`${tokenVariables.issuer} must be an https:// URL.`);
  if (!audience) throw new Error(`${tokenVariables.audience} must be set along with ${tokenVariables.issuer}.`);
  return { issuer, audience };
}

/**
 * Variables of the synthesis: who is told of alarms (addresses, separated by commas), where their runbook is, and after how
 * long without an event there is one.
 */
export const alarmVariables = {
  email: 'ALARM_EMAIL',
  runbook: 'RUNBOOK_URL',
  silence: 'ALARM_SILENCE_MINUTES',
} as const;

function readAlarmEmails(stage: Stage, { [alarmVariables.email]: text = '' }: Environment): readonly string[] {
  if (stage === 'local') return [];
  const addresses = text
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);
  if (addresses.every((address) => /^[^\s@]+@[^\s@]+$/.test(address))) return addresses;
  throw new Error(`${alarmVariables.email} must be email addresses, separated by commas.`);
}

function readRunbookUrl({ [alarmVariables.runbook]: url = 'docs/runbook.md' }: Environment): string {
  if (/^https?:\/\/[^\s#]+$/.test(url) || url === 'docs/runbook.md') return url;
  throw new Error(`${alarmVariables.runbook} must be an http(s):// URL without a fragment.`);
}

/** Variable of the synthesis: for how many viewers at once there is a live stream. */
export const liveVariables = { viewers: 'LIVE_VIEWERS' } as const;

function readLiveViewers({ liveViewers }: StageRow, { [liveVariables.viewers]: text }: Environment): number {
  if (text === undefined) return liveViewers;
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new Error(`${liveVariables.viewers} must be a whole number from 0 (no live stream) to 9999.`);
}

function readSilence({ silenceMinutes }: StageRow, { [alarmVariables.silence]: text }: Environment): number {
  const minutes = text === undefined ? silenceMinutes : Number(text);
  // CloudWatch looks back a day at most in periods of five minutes.
  if (minutes % 5 === 0 && minutes >= 5 && minutes <= 1_440) return minutes;
  throw new Error(`${alarmVariables.silence} must be a multiple of 5 from 5 to 1440.`);
}

export function isStage(name: string): name is Stage {
  return Object.hasOwn(stages, name);
}

/** Throws with the name of a stage or setting that is wrong. */
export function readSettings(stage: string, environment: Environment): Settings {
  if (!isStage(stage)) throw new Error(`Stage must be one of ${stageNames.join(', ')}.`);
  const row = stages[stage];
  return {
    ...row,
    stage,
    tokens: readTokenIssuer(stage, environment),
    functions: readFunctionSettings(environment, row.functionSettings),
    alarmEmails: readAlarmEmails(stage, environment),
    runbookUrl: readRunbookUrl(environment),
    silenceMinutes: readSilence(row, environment),
    liveViewers: readLiveViewers(row, environment),
    // "Except on create": a first deployment that fails leaves nothing behind for the next one to stumble over.
    removalPolicy: row.protect ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
  };
}
