import { type AttributionModel, attributionModels } from '#core/attribution.ts';
import {
  dividedBy,
  type ExplainedMetric,
  type FilterName,
  filterNames,
  type MetricName,
  metricNames,
  metricOf,
  notSums,
} from '#core/explained-metrics.ts';
import { BadParameter } from '#core/problem.ts';
import { readChoice } from '#core/query-parameters.ts';
import type { CellFilters } from '#db/query/explain/cell-question.ts';

export const cellNames = ['metric', 'lens', ...Object.values(filterNames)];

export interface Cell extends ExplainedMetric {
  readonly name: MetricName;
  readonly lens: 'processed_date' | 'order_date';
  readonly divided: CellFilters;
  readonly model: AttributionModel;
}

/** The cell that the parameters name. @throws {BadParameter} naming the parameter and what it must be */
export function readCell(parameters: ReadonlyMap<string, string>): Cell {
  const name = readMetric(parameters);
  for (const filter of Object.values(filterNames)) expectDivides(parameters, filter, name);
  const text = (filter: FilterName) => readText(parameters, filter);
  const divided = {
    ...{ country: text('country'), method: text('method'), status: text('status'), carrier: text('carrier') },
    ...{ reason: text('reason'), path: text('path'), product: text('product_id'), category: readCategory(parameters) },
    ...{ source: text('source'), medium: text('medium'), campaign: text('campaign'), warehouse: text('warehouse_id') },
    channels: readNumber(parameters, 'channels'),
  };
  const ofProducts = divided.product !== null || divided.category !== null;
  const ofCarrier = divided.carrier !== null;
  if (ofProducts && ofCarrier) throw new BadParameter('carrier', 'expected without product_id and category_id');
  return {
    ...{ name, ...metricOf(name, { ofProducts, ofCarrier }), divided },
    lens: readChoice(parameters, 'lens', ['processed_date', 'order_date']) ?? 'processed_date',
    model: readChoice(parameters, 'model', attributionModels) ?? 'last_non_direct',
  };
}

function readMetric(parameters: ReadonlyMap<string, string>): MetricName {
  const asked = parameters.get('metric') ?? '';
  if (Object.hasOwn(notSums, asked)) throw new BadParameter('metric', `${asked} is no sum but ${notSums[asked]}`);
  const name = readChoice(parameters, 'metric', metricNames);
  if (name === undefined) throw new BadParameter('metric', `expected ${metricNames.join(' or ')}`);
  return name;
}

function expectDivides(parameters: ReadonlyMap<string, string>, filter: FilterName, name: MetricName): void {
  const metrics = dividedBy(filter);
  if (!parameters.has(filter) || metrics.includes(name)) return;
  throw new BadParameter(filter, `expected only with the metrics ${metrics.join(', ')}`);
}

function readText(parameters: ReadonlyMap<string, string>, filter: FilterName): string | null {
  const value = parameters.get(filter);
  if (value === undefined) return null;
  // PostgreSQL has no NUL in text; U+FFFD stands for bytes that were not UTF-8.
  if (!/^[^\p{Cc}\ufffd]{1,2048}$/u.test(value) || (filter !== 'path' && [...value].length > 128)) {
    throw new BadParameter(filter, `expected 1 to ${filter === 'path' ? 2048 : 128} characters`);
  }
  return value;
}

/** Empty: of what carries none, which answers show as null. */
function readCategory(parameters: ReadonlyMap<string, string>): string | null {
  const category = readText(parameters, 'category_id');
  if (readChoice(parameters, 'without_category', ['true']) === undefined) return category;
  if (category !== null) throw new BadParameter('without_category', 'expected without category_id');
  return '';
}

function readNumber(parameters: ReadonlyMap<string, string>, filter: FilterName): number | null {
  const value = parameters.get(filter);
  if (value === undefined) return null;
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new BadParameter(filter, 'expected a whole number from 1 to 9999');
  return Number(value);
}
