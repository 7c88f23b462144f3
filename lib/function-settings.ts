import { type SettingName, settingDefaults } from '#contract/variables.ts';
import { ledgerDays } from '#core/retention.ts';
import { settingRules } from '#core/settings.ts';

export type FunctionSettings = Readonly<Record<SettingName, string>>;

/**
 * The contract's settings, each overridden by the stage's own, and that by the variable of the same name in `environment`.
 * Throws with the setting's name and what it should be (never the value) when one is malformed or two contradict each other, so that a wrong setting
 * stops the synthesis and not a function's cold start.
 */
export function readFunctionSettings(
  environment: Readonly<Record<string, string | undefined>>,
  ofStage: Partial<FunctionSettings> = {},
): FunctionSettings {
  const names = Object.keys(settingDefaults) as SettingName[];
  const settings = names.map((name) => {
    const value = environment[name] ?? ofStage[name] ?? settingDefaults[name];
    const { expected, read } = settingRules[name];
    if (read(value) === undefined) throw new Error(`${name}: expected ${expected}`);
    return [name, value] as const;
  });
  const read = Object.fromEntries(settings) as FunctionSettings;
  const { LEDGER_RETENTION_DAYS, RAW_RETENTION_DAYS, MAX_FUTURE_HOURS } = read;
  ledgerDays(
    settingRules.LEDGER_RETENTION_DAYS.read(LEDGER_RETENTION_DAYS)!,
    Number(RAW_RETENTION_DAYS),
    Number(MAX_FUTURE_HOURS),
  );
  return read;
}
