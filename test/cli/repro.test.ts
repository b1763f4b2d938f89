import { PassThrough } from 'node:stream';
import { runCommand } from 'citty';
import { describe, expect, it } from 'vitest';
import { type Outcome, UsageError } from '../../src/cli/command.ts';
import { repro } from '../../src/cli/repro.ts';

interface Ran {
  readonly outcome: Outcome;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...rawArgs: readonly string[]): Promise<Ran> {
  const [people, stderr] = [new PassThrough(), new PassThrough()];
  const output = { people, stderr, live: false, color: false, quiet: false };
  const { result } = await runCommand(repro, { rawArgs: [...rawArgs], data: { cwd: '/', state: '/', output } });
  return { outcome: result as Outcome, stdout: textOf(people), stderr: textOf(stderr) };
}

function textOf(stream: PassThrough): string {
  return String(stream.read() ?? '');
}

describe('longshore repro', () => {
  it('tells the story of a code, why it comes, and the way out', async () => {
    const { outcome, stdout } = await run('21900007', '--cause', '3');

    expect(outcome.exitCode).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '21900007  task state error.',
      'cause 3: Pausing a non-running task;',
      'rules documented, download',
      '',
      '  1.  0.000 s  agent.create of a download  task initialized',
      '  2.  0.000 s  task.pause                  task initialized',
      '',
      '21900007 task state error.',
      '',
      'why: The task chart allows no pause in state initialized.',
      '  task, state initialized; harmony-request.md 2.4, 2.5',
      'way out: start, then wait until it runs, then pause',
      expect.stringMatching(/^ {2}pause: task \d+ is initialized; legal now: start, remove/),
      '  Query the task state;',
      '  Perform operations supported by the current task state.',
      '',
      'as a test: longshore repro 21900007 --cause 3 --emit vitest',
      '',
    ]);
  });

  it.each([
    ['21900004', /^way out: create: the app's task queue is full; wait for a task to end, or remove one$/m],
    ['21900006', /^way out: remove: task \d+: no task has this id: .*; search\(\) lists those there are$/m],
    ['13400001', /^way out: the target \/data\/locked\/new\.bin cannot be opened: \/data\/locked is not writable$/m],
    ['21900007', /^way out: create a new task\n {2}start: task \d+ is removed;/m],
    ['TIMEOUT', /^way out: create a new task$/m],
  ])('says what helps against %s: a new task only where the old one cannot go on', async (what, wayOut) => {
    expect((await run(what)).stdout).toMatch(wayOut);
  });

  it('says who knows a cause that a rule set does not', async () => {
    const { outcome, stdout } = await run('21900005', '--rules', 'device');

    expect(outcome.exitCode).toBe(0);
    expect(stdout).toMatch(
      /^By the rules of device, no download comes to cause 1 of 21900005; it is known to the documented rules for downloads and uploads\./,
    );
    expect(stdout).toContain('cause 2: Attaching a foreground task to a group');
  });

  it('prints what it emits, and nothing else', async () => {
    const { stdout, stderr } = await run('TIMEOUT', '--emit', 'ts', '--action', 'upload');

    expect(stdout).toMatch(/^\/\/ TIMEOUT \(Faults.TIMEOUT\), cause 1/);
    expect(stdout).toContain("from 'longshore/sim';");
    expect(stderr).toBe('');
  });

  it('has one document for programs', async () => {
    const { outcome, stdout } = await run('21900006', '--json', '--seed', '3');

    expect(stdout).toBe('');
    expect(outcome.document).toMatchObject({
      asked: { name: '21900006', cause: 1, rules: 'documented', action: 'download', from: null, seed: 3 },
      detour: null,
      outcome: { error: { code: 21900006 }, failure: null },
    });
  });

  it('lists everything that can be reproduced', async () => {
    const { outcome, stdout } = await run('--list');

    const { rows } = outcome.document as { rows: { name: string; cause: number; steps: unknown }[] };
    expect(stdout.trim().split('\n')).toHaveLength(rows.length + 1);
    expect(rows.find(({ name, cause }) => name === '21900005' && cause === 1)?.steps).toEqual({
      documented: { download: 2, upload: 2 },
      device: { download: null, upload: null },
    });
  });

  it('lists the causes of one code, or the codes near to it', async () => {
    const { outcome, stdout } = await run('21900007', '--list');

    const { rows } = outcome.document as { rows: { name: string }[] };
    expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(['21900007']));
    expect(stdout).toContain('Starting a deleted task;');
    expect((await run('2190007', '--list')).stderr).toContain('  21900007  Unsupported State Operation');
  });

  it('names the codes near to one that there is not', async () => {
    const { outcome, stderr } = await run('2190007');

    expect(outcome.exitCode).toBe(1);
    expect(stderr).toContain('  21900007  Unsupported State Operation');
  });

  it('lists the causes when there is no such one', async () => {
    const { outcome, stderr } = await run('21900007', '--cause', '12');

    expect(outcome.exitCode).toBe(1);
    expect(stderr).toContain('21900007 has no cause 12');
    expect(stderr).toContain('  1: Starting a deleted task;');
  });

  it.each([
    [[], 'what?'],
    [['21900007', '--rules', 'none'], '--rules is none; legal: documented, device'],
    [['21900007', '--action', 'none'], '--action is none; legal: download, upload'],
    [['21900007', '--from', 'none'], '--from is none; legal: initialized'],
    [['21900007', '--emit', 'none'], '--emit is none; legal: ts, vitest, arkts, json, mermaid'],
    [['21900007', '--cause', 'x'], '--cause is x; legal: a whole number, 1 or more'],
    [['OTHERS', '--cause', '4', '--emit', 'arkts'], '--emit arkts cannot stage this'],
  ] as const)('refuses %j', async (rawArgs, message) => {
    const refused = run(...rawArgs);

    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message);
  });
});
