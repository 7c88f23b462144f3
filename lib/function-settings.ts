import { type SettingName, settingDefaults } from '#contract';

export type FunctionSettings = Readonly<Record<SettingName, string>>;

interface Check {
  readonly expected: string;
  readonly holds: (value: string) => boolean;
}

const integer = (least: number, most: number): Check => ({
  expected: `an integer from ${least} to ${most}`,
  holds: (value) => /^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most,
});

const oneOf = (values: readonly string[]): Check => ({
  expected: `one of ${values.join(', ')}`,
  holds: (value) => values.includes(value),
});

function isTimeZone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

const checks: Readonly<Record<SettingName, Check>> = {
  // Scheduler takes names only, Intl also offsets such as +02:00.
  ANALYTICS_TIME_ZONE: {
    expected: 'an IANA time zone',
    holds: (value) => /^[A-Za-z]/.test(value) && isTimeZone(value),
  },
  ANALYTICS_CURRENCY: {
    expected: 'an ISO 4217 code',
    holds: (value) => Intl.supportedValuesOf('currency').includes(value),
  },
  RAW_RETENTION_DAYS: integer(1, 40_000),
  MAX_FUTURE_HOURS: integer(0, 8_760),
  // A queue keeps a message for 14 days at most: a shorter memory would run an event twice.
  IDEMPOTENCY_RETENTION_DAYS: integer(15, 3_650),
  DATABASE_POOL_SIZE: integer(1, 20),
  DATABASE_IDLE_TIMEOUT_SECONDS: integer(1, 900),
  DATABASE_CONNECT_TIMEOUT_SECONDS: integer(1, 60),
  LOG_LEVEL: oneOf(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT', 'CRITICAL']),
};

/**
 * The contract's settings, each overridden by the variable of the same name in `environment`.
 * Throws with the setting's name and what it should be (never the value) when one is malformed, so that a wrong setting
 * stops the synthesis and not a function's cold start.
 */
export function readFunctionSettings(environment: Readonly<Record<string, string | undefined>>): FunctionSettings {
  const names = Object.keys(settingDefaults) as SettingName[];
  const settings = names.map((name) => {
    const value = environment[name] ?? settingDefaults[name];
    if (!checks[name].holds(value)) throw new Error(`Setting ${name} must be ${checks[name].expected}.`);
    return [name, value] as const;
  });
  return Object.fromEntries(settings) as FunctionSettings;
}
