import { resourceVariables, type SettingName, settingDefaults } from '#contract/variables.ts';
import { ConfigurationError } from '#core/errors.ts';
import { settingRules } from '#core/settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type SettingValue<N extends SettingName> = ReturnType<(typeof settingRules)[N]['read']>;

/**
 * The settings of these names, checked: one that is not set has the default of the contract table.
 * @throws {ConfigurationError} naming the variable and what was expected
 */
export function readSettings<N extends SettingName>(
  names: readonly N[],
  environment: Environment = process.env,
): { readonly [K in N]: NonNullable<SettingValue<K>> } {
  const entries = names.map((name) => {
    const value = settingRules[name].read(environment[name] ?? settingDefaults[name]);
    if (value === undefined) throw new ConfigurationError(`${name}: expected ${settingRules[name].expected}`);
    return [name, value];
  });
  return Object.fromEntries(entries);
}

/** @throws {ConfigurationError} when the variable is not set */
export function readResource(key: keyof typeof resourceVariables, environment: Environment = process.env): string {
  const name = resourceVariables[key];
  const value = environment[name];
  if (!value) throw new ConfigurationError(`${name} is not set`);
  return value;
}
