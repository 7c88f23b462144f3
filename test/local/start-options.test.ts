import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockDirectory, resetDirectory } from '../../local/start/lock-directory.ts';
import { readOptions } from '../../local/start/read-options.ts';

describe('npm start', () => {
  test('has defaults', () => {
    expect(readOptions([])).toEqual({ port: 8019, dataDir: '.local', sample: true, reset: false });
  });

  test('takes its options', () => {
    const args = ['--no-sample', '--port', '0', '--data-dir', 'x', '--reset'];
    expect(readOptions(args)).toEqual({ port: 0, dataDir: 'x', sample: false, reset: true });
  });

  test.each([
    [['--verbose'], /--verbose.*Usage/],
    [['file'], /file.*Usage/],
    [['--port'], /--port.*Usage/],
    [['--port', 'x'], /--port takes a number/],
    [['--port', '1.5'], /--port takes a number/],
    [['--port', '65536'], /--port takes a number/],
    [['--data-dir', ''], /--data-dir takes a directory/],
  ])('refuses %j and says what there is', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});

describe('a data directory', () => {
  const newDirectory = () => mkdtempSync(join(tmpdir(), 'data-'));

  test('whose process is gone is taken over, and given back clean', () => {
    const directory = newDirectory();
    // Above any pid that Linux or macOS hands out.
    writeFileSync(join(directory, 'lock'), '99999999');
    const unlock = lockDirectory(directory);
    writeFileSync(join(directory, 'outputs.json'), '{}');
    unlock();
    expect(readdirSync(directory)).toEqual([]);
  });

  test("whose lock names another program's process is taken over", () => {
    const directory = newDirectory();
    writeFileSync(join(directory, 'lock'), String(process.ppid));
    lockDirectory(directory)();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('that holds files of somebody else is refused', () => {
    const directory = newDirectory();
    writeFileSync(join(directory, 'thesis.txt'), '');
    expect(() => lockDirectory(directory)).toThrow(/thesis.txt.*--data-dir/);
  });

  test('that is a file is refused', () => {
    const file = join(newDirectory(), 'file');
    writeFileSync(file, '');
    expect(() => lockDirectory(file)).toThrow(/--data-dir/);
  });

  test('is reset to nothing but the lock', () => {
    const directory = newDirectory();
    const unlock = lockDirectory(directory);
    for (const name of ['secrets.json', 'outputs.json']) writeFileSync(join(directory, name), '{}');
    resetDirectory(directory);
    expect(readdirSync(directory)).toEqual(['lock']);
    unlock();
  });
});
