import { filtersOf, type MetricName, metricNames, metricOf } from '#core/explained-metrics.ts';
import { BadParameter } from '#core/problem.ts';
import { type CommonParameters, readChoice } from '#core/query-parameters.ts';
import type { CellQuestion } from '#db/query/explain/cell-question.ts';

export const cellNames = ['metric', 'lens', ...Object.keys(filtersOf)];

/** The cell that the parameters name. @throws {BadParameter} naming the parameter and what it must be */
export function readCell(
  parameters: ReadonlyMap<string, string>,
  { range, currency, channel }: CommonParameters,
  businessZone: string,
): { readonly name: MetricName; readonly unit: 'amount' | 'count' | 'quantity'; readonly question: CellQuestion } {
  const name = readChoice(parameters, 'metric', metricNames);
  if (name === undefined) throw new BadParameter('metric', `expected ${metricNames.join(' or ')}`);
  const filter = (filtered: keyof typeof filtersOf) => readFilter(parameters, filtered, name);
  const [country, method, productId] = [filter('country'), filter('method'), filter('productId')];
  const lens = readChoice(parameters, 'lens', ['processed_date', 'order_date']) ?? 'processed_date';
  const { unit, sources, signs } = metricOf(name, productId);
  const isAmount = unit === 'amount';
  return {
    ...{ name, unit },
    question: { range, businessZone, currency, channel, country, method, productId, lens, sources, signs, isAmount },
  };
}

function readFilter(
  parameters: ReadonlyMap<string, string>,
  filter: keyof typeof filtersOf,
  metric: MetricName,
): string | null {
  const value = parameters.get(filter);
  if (value === undefined) return null;
  const metrics: readonly MetricName[] = filtersOf[filter];
  if (!metrics.includes(metric)) throw new BadParameter(filter, `expected only with the metrics ${metrics.join(', ')}`);
  // PostgreSQL has no NUL in text; U+FFFD stands for bytes that were not UTF-8.
  if (!/^[^\p{Cc}\ufffd]{1,128}$/u.test(value)) throw new BadParameter(filter, 'expected 1 to 128 characters');
  return value;
}
