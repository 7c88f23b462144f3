import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { CA_FILE_NAME } from '#contract/variables.ts';
import { discardDatabase, database as functionsClient } from '#runtime/database.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

const directory = mkdtempSync(join(tmpdir(), 'analytics-ca-'));
let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ migrated: true });
});
afterAll(async () => {
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});
afterEach(async () => {
  await discardDatabase();
  vi.unstubAllEnvs();
});

/** The client that every function has, told to trust the authorities in this file. */
function clientTrusting(caFile: string) {
  const variables = {
    ...{ DATABASE_HOST: database.host, DATABASE_PORT: String(database.port), DATABASE_NAME: database.name },
    ...{ DATABASE_USER: 'analytics_query', DATABASE_CA_FILE: caFile, DATABASE_CONNECT_TIMEOUT_SECONDS: '5' },
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  return functionsClient();
}

it('connects over TLS to the server whose authority it trusts', async () => {
  const rows = await clientTrusting(database.caFile)`
    select ssl, version from pg_stat_ssl where pid = pg_backend_pid()`;
  expect(rows).toEqual([{ ssl: true, version: 'TLSv1.3' }]);
});

it('refuses a server that another authority has signed, whatever its name', async () => {
  const other = await generate([{ name: 'commonName', value: 'Commerce analytics on this machine' }], {
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
  const file = join(directory, CA_FILE_NAME);
  writeFileSync(file, other.cert);
  await expect(clientTrusting(file)`select 1`).rejects.toThrow(/certificate|signature/);
});

it('does not connect without a file of authorities', () => {
  expect(() => clientTrusting(join(directory, 'missing.pem'))).toThrow(/ENOENT/);
});
