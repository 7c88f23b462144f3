import { describe, expect, it } from 'vitest';
import { makeDataDir, makeDirectory, runCli } from './run-cli.ts';

/** Above the largest process id that Linux gives. */
const NOBODY = 2 ** 22 + 1;

describe.each(['job', 'drain', 'status', 'publish', 'admin'])('%s', (command) => {
  const needed = { job: ['aggregate'], publish: ['-'], admin: ['jobs'] }[command] ?? [];

  it('says what to do where no system runs', async () => {
    const directory = makeDirectory();
    const ran = await runCli(command, [...needed, '--data-dir', directory]);
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toMatch(
      new RegExp(`^${command}: no system runs on .*: start it with: npm start -- --data-dir ${directory}\n$`),
    );
  });

  it('says so when the system is gone that wrote the outputs', async () => {
    const ran = await runCli(command, [...needed, '--data-dir', makeDataDir('http://127.0.0.1:1', { pid: NOBODY })]);
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain(`(process ${NOBODY}) is gone: start it with: npm start`);
  });

  it('names a flag that it does not know', async () => {
    const ran = await runCli(command, [...needed, '--no-such-flag']);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain(`${command}: Unknown option '--no-such-flag'\nusage: npm run ${command}`);
  });
});

describe('job', () => {
  it('lists the jobs where there is none of that name', async () => {
    const ran = await runCli('job', ['no-such-job', '--data-dir', makeDataDir('http://127.0.0.1:1')]);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('no job "no-such-job"; the jobs are migrate, aggregate');
  });

  it('says when the system does not answer', async () => {
    const ran = await runCli('job', ['aggregate', '--data-dir', makeDataDir('http://127.0.0.1:1')]);
    expect(ran).toMatchObject({ code: 1, err: 'job: the system at http://127.0.0.1:1 does not answer\n' });
  });

  it('refuses a payload that is not JSON, and a third argument', async () => {
    expect((await runCli('job', ['aggregate', '{day}'])).err).toBe('job: the payload is not JSON\n');
    expect((await runCli('job', ['aggregate', '{}', 'now'])).err).toContain('one NAME, and one JSON at most');
  });
});

describe('drain', () => {
  it.each(['0', '-1', 'soon'])('refuses a timeout of %s', async (timeout) => {
    expect((await runCli('drain', [`--timeout=${timeout}`])).err).toBe('drain: --timeout is seconds above 0\n');
  });
});
