import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import type { RunAs } from './find-binaries.ts';

export interface ServerCertificates {
  /** PEM files. The CA's own key is not kept: it signs one certificate and is forgotten. */
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** A CA and a server certificate for 127.0.0.1 under `directory`, made once; so clients verify here as they do on AWS. */
export async function makeCertificates(directory: string, user: RunAs | undefined): Promise<ServerCertificates> {
  const files = {
    caFile: join(directory, 'ca.pem'),
    certificateFile: join(directory, 'server.pem'),
    keyFile: join(directory, 'server.key'),
  };
  if (existsSync(files.keyFile)) return files;
  const validity = {
    notAfterDate: new Date(Date.now() + 10 * 365 * 86_400_000),
    algorithm: 'sha256',
    keyType: 'ec',
  } as const;
  const ca = await generate([{ name: 'commonName', value: 'Commerce analytics on this machine' }], {
    ...validity,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    ...validity,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  writeFileSync(files.caFile, ca.cert);
  writeFileSync(files.certificateFile, server.cert);
  // PostgreSQL refuses a key that others can read or that another user owns.
  writeFileSync(files.keyFile, server.private, { mode: 0o600 });
  if (user) chownSync(files.keyFile, user.uid, user.gid);
  return files;
}
