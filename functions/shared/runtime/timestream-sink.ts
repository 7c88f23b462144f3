import { RejectedRecordsException, TimestreamWriteClient, WriteRecordsCommand } from '@aws-sdk/client-timestream-write';
import type { MeasureRecord } from '#core/minute-measures.ts';
import type { TimestreamTable } from '#core/settings.ts';

export interface Written {
  readonly written: number;
  /** Refused one by one, as those older than the table keeps in memory. Never logged: their reasons may quote values. */
  readonly rejected: number;
}

const RECORDS_PER_CALL = 100;

/**
 * Writes records in calls of what Timestream takes at once. Of a call with refused records the others are stored.
 * @param endpoint of the account's cell; undefined: discovered, which `AWS_ENDPOINT_URL` does not change
 */
export async function writeRecords(
  records: readonly MeasureRecord[],
  { table, endpoint }: { readonly table: TimestreamTable; readonly endpoint: string | undefined },
): Promise<Written> {
  const client = new TimestreamWriteClient({
    ...(endpoint !== undefined && { endpoint }),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
  });
  try {
    let rejected = 0;
    for (let start = 0; start < records.length; start += RECORDS_PER_CALL) {
      const Records = records.slice(start, start + RECORDS_PER_CALL);
      const command = new WriteRecordsCommand({ DatabaseName: table.database, TableName: table.table, Records });
      rejected += await countRejected(client.send(command));
    }
    return { written: records.length - rejected, rejected };
  } finally {
    client.destroy();
  }
}

async function countRejected(call: Promise<unknown>): Promise<number> {
  try {
    await call;
    return 0;
  } catch (error) {
    if (!(error instanceof RejectedRecordsException)) throw error;
    // What is there already in a later version is not lost
    const lost = (error.RejectedRecords ?? []).filter(({ ExistingVersion }) => ExistingVersion === undefined);
    return lost.length;
  }
}
