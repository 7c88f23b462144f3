import { spawnSync } from 'node:child_process';

/**
 * `npm run audit`: asks the registry for known vulnerabilities of what a deployment is made of, and fails on one that is
 * high or critical. A registry without an audit endpoint cannot be asked: that is said and is no failure, unless
 * `AUDIT_REQUIRED=1`.
 */
const npm = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
const counts = countsOf(npm.stdout);
if (counts) {
  const serious = (counts.high ?? 0) + (counts.critical ?? 0);
  console.log(`Audited: ${counts.total ?? 0} known vulnerabilities, ${serious} of them high or critical`);
  if (serious > 0) process.exitCode = 1;
} else {
  console.error('NOT AUDITED: the registry did not answer for known vulnerabilities (npm audit says why)');
  if (process.env.AUDIT_REQUIRED === '1') process.exitCode = 1;
}

/** Vulnerabilities by severity; undefined where npm got no answer to count. */
function countsOf(output: string): Readonly<Record<string, number>> | undefined {
  try {
    return JSON.parse(output).metadata?.vulnerabilities;
  } catch {
    return undefined;
  }
}
