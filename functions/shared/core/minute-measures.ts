type MeasureType = 'BIGINT' | 'DOUBLE';

/** As Timestream takes it. */
export interface MeasureRecord {
  Dimensions: { Name: string; Value: string }[];
  MeasureName: string;
  MeasureValueType: 'MULTI';
  MeasureValues: { Name: string; Type: MeasureType; Value: string }[];
  /** Milliseconds since 1970. */
  Time: string;
  TimeUnit: 'MILLISECONDS';
  Version: number;
}

/** Events stored in a minute, by their arrival. */
export interface IngestionMinute {
  readonly minute: Date;
  readonly eventType: string;
  readonly events: number;
  /** From an event's `time` to its arrival; below 0 where a producer's clock is ahead. */
  readonly lagSeconds: number;
}

/** Orders created in a minute, by their own time. */
export interface SalesMinute {
  readonly minute: Date;
  readonly currency: string;
  readonly orders: number;
  /** Plain decimal text. */
  readonly gross: string;
  readonly discounts: string;
}

/**
 * Records for Timestream, the newest minutes first. A minute is written again while late events may still change it: the
 * record of the higher `version` takes the place of the one before.
 */
export function toRecords(
  ingestion: readonly IngestionMinute[],
  sales: readonly SalesMinute[],
  version: number,
): MeasureRecord[] {
  const record = (minute: Date, name: string, dimension: [string, string], values: Measures): MeasureRecord => ({
    Dimensions: [{ Name: dimension[0], Value: dimension[1] }],
    MeasureName: name,
    MeasureValueType: 'MULTI',
    MeasureValues: values.map(([Name, Type, value]) => ({ Name, Type, Value: String(value) })),
    Time: String(minute.getTime()),
    TimeUnit: 'MILLISECONDS',
    Version: version,
  });
  return [
    ...ingestion.map(({ minute, eventType, events, lagSeconds }) =>
      record(
        minute,
        'ingestion',
        ['event_type', eventType],
        [
          ['events', 'BIGINT', events],
          ['lag_seconds', 'DOUBLE', lagSeconds],
        ],
      ),
    ),
    ...sales.map(({ minute, currency, orders, gross, discounts }) =>
      record(
        minute,
        'sales',
        ['currency', currency],
        [
          ['orders', 'BIGINT', orders],
          ['gross', 'DOUBLE', gross], // Timestream has no decimals: exact sums are the API's
          ['discounts', 'DOUBLE', discounts],
        ],
      ),
    ),
  ].sort((a, b) => Number(b.Time) - Number(a.Time));
}

type Measures = readonly (readonly [name: string, type: MeasureType, value: number | string])[];
