import { type SettingName, settingDefaults } from '#contract';
import { settingRules } from '#core/settings.ts';

export type FunctionSettings = Readonly<Record<SettingName, string>>;

/**
 * The contract's settings, each overridden by the variable of the same name in `environment`.
 * Throws with the setting's name and what it should be (never the value) when one is malformed, so that a wrong setting
 * stops the synthesis and not a function's cold start.
 */
export function readFunctionSettings(environment: Readonly<Record<string, string | undefined>>): FunctionSettings {
  const names = Object.keys(settingDefaults) as SettingName[];
  const settings = names.map((name) => {
    const value = environment[name] ?? settingDefaults[name];
    const { expected, read } = settingRules[name];
    if (read(value) === undefined) throw new Error(`${name}: expected ${expected}`);
    return [name, value] as const;
  });
  return Object.fromEntries(settings) as FunctionSettings;
}
