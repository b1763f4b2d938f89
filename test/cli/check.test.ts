import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from 'citty';
import { afterAll, describe, expect, it } from 'vitest';
import { check } from '../../src/cli/check.ts';
import { type Outcome, UsageError } from '../../src/cli/command.ts';

const directory = mkdtempSync(join(tmpdir(), 'longshore-check-'));

const header = { version: 1 };
const create = { atMs: 0, kind: 'call', call: 'create', tid: '1', config: { action: 0, url: 'http://a.example/b' } };
const calls = ['start', 'stop', 'start'].map((call, at) => ({ atMs: at + 1, kind: 'call', call, tid: '1' }));
const lines = [header, create, ...calls].map((line) => JSON.stringify(line)).join('\n');

async function checked(text: string, ...options: string[]) {
  const path = join(directory, 'log.json');
  writeFileSync(path, text);
  return run(path, ...options);
}

async function run(...rawArgs: string[]) {
  const [people, stderr] = [paper(), paper()];
  const output = { people, stderr, live: false, color: false, quiet: false };
  const { result } = await runCommand(check, { rawArgs, data: { cwd: directory, state: directory, output } });
  const { exitCode, document } = result as Outcome;
  return { exitCode, document, people: people.text, stderr: stderr.text };
}

/** As much of a stream as a verb needs. */
function paper() {
  return {
    text: '',
    write(text: string) {
      this.text += text;
    },
  };
}

describe('longshore check', () => {
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('says that a log conforms, and exits with 0', async () => {
    const { exitCode, people, stderr } = await checked(lines, '--rules', 'device');

    expect({ exitCode, people, stderr }).toEqual({
      exitCode: 0,
      people: 'the device rules allow all 4 steps\n',
      stderr: '',
    });
    expect((await checked(lines.split('\n').slice(0, 2).join('\n'))).people).toBe(
      'the documented rules allow the only step\n',
    );
  });

  it('shows the first step that is not allowed, and what explains it, and exits with 1', async () => {
    const { exitCode, stderr } = await checked(lines);

    expect(exitCode).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'longshore: check: the documented rules do not allow step 4 of 4 of task 1',
      '  there is: start accepted',
      expect.stringMatching(/^ {2}allowed: .*refused with 21900007/),
      '  the task may have been: stopped',
      '  the device rules allow it',
      '  difference: may a stopped or failed download be started again?',
      '',
    ]);
  });

  it('says so when the other rule set does not allow it either', async () => {
    const { exitCode, stderr } = await checked(lines.replace('"start","tid"', '"resume","tid"'));

    expect(exitCode).toBe(1);
    expect(stderr).toContain('  the device rules do not allow it either');
  });

  it('hands out the whole finding as a document', async () => {
    const { document } = await checked(lines, '--json');

    expect(document).toMatchObject({
      rules: 'documented',
      steps: 4,
      conforms: false,
      violation: { step: 4, tid: '1', saw: 'start accepted', from: ['stopped'] },
      other: { rules: 'device', allows: true, conforms: true },
    });
  });

  it('prints of long and wild texts of a log what a terminal can take', async () => {
    const tid = `\u001b[2J${'9'.repeat(100_000)}`;
    const wild = lines.replaceAll('"tid":"1"', `"tid":${JSON.stringify(tid)}`);
    const twice = [...wild.split('\n').slice(0, 2), wild.split('\n')[1]].join('\n');

    const { stderr } = await checked(wild);
    const { people } = await checked(wild.split('\n').toSpliced(1, 1).join('\n'));
    const { message } = (await checked(twice).catch((error: unknown) => error)) as Error;

    for (const text of [stderr, people, message]) {
      expect(text).toContain('\ufffd[2J999');
      expect(text).not.toContain('\u001b');
      expect(text.length).toBeLessThan(2_000);
    }
    expect(message).toContain('legal: an id that no other task has');
  });

  it('follows the rules that the log names', async () => {
    const { exitCode } = await checked(lines.replace('{"version":1}', '{"version":1,"rules":"device"}'));

    expect(exitCode).toBe(0);
  });

  it('refuses what is no log, and rules that there are not', async () => {
    await expect(run('nowhere.json')).rejects.toThrow(UsageError);
    await expect(checked('{"version":9}')).rejects.toThrow(/log\.json is no log: version: /);
    await expect(checked(lines, '--rules', 'both')).rejects.toThrow('--rules is both; legal: documented, device');
  });
});
