import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from './command-line.ts';

const guide = resolve(import.meta.dirname, '../../docs/guide/buggy-client.ts');
const limitMs = 30_000;
let desk: Desk;

function openWith(source: string | null): void {
  desk = openDesk();
  if (source === null) copyFileSync(guide, desk.path('client.ts'));
  else writeFileSync(desk.path('client.ts'), source);
}

interface Document {
  readonly runs: number;
  readonly failures: readonly {
    readonly invariant: string;
    readonly script: { readonly steps: readonly object[]; readonly rules: string };
    readonly token: string;
  }[];
  readonly errors: readonly { readonly message: string }[];
}

afterEach(() => desk.clear());

describe('longshore fuzz', { timeout: limitMs }, () => {
  it('finds the bug of the guide, tells its story, and gives a token that shows it again', async () => {
    openWith(null);

    const { code, stdout } = await desk.run('fuzz', 'client.ts', '--seed', '1');

    expect(code).toBe(1);
    expect(stdout).toContain('noWrongStateCall: pauseOrResume(0) fails: 21900007 task state error.');
    expect(stdout).toMatch(/▸ the user: pauseOrResume\(0\)/);
    expect(stdout).toMatch(/^\d steps, shrunk from \d+ of run \d+ in \d+ runs$/m);
    const [, token = ''] = /^replay: longshore replay (ls1\.\S+)$/m.exec(stdout) ?? [];
    const again = await desk.run('replay', token);
    expect(again.code).toBe(1);
    expect(again.stdout).toContain('21900007');
  });

  it('gives a token of a client that loops for ever, which ends the same when it is replayed', async () => {
    openWith('export default () => ({ go() { for (;;); } });');

    const { code, stdout } = await desk.run('fuzz', 'client.ts');

    expect(code).toBe(1);
    expect(stdout).toContain('limits: the client does not give control back');
    expect(stdout).toContain('▸ the user: go');
    const [, token = ''] = /^replay: longshore replay (ls1\.\S+)$/m.exec(stdout) ?? [];
    const again = await desk.run('replay', token);
    expect(again.code).toBe(1);
    expect(again.stdout).toContain('▸ the user: go');
    expect(again.stdout).toContain('it fails again: limits: the client does not give control back');
    expect(again.stdout).toContain('the run is the same, line for line');
  });

  it('prints one document', async () => {
    openWith(null);

    const { stdout, code } = await desk.run('fuzz', 'client.ts', '--json', '--rules', 'documented');

    const document = JSON.parse(stdout) as Document;
    expect(code).toBe(1);
    expect(document.failures).toHaveLength(1);
    expect(document.failures[0]?.script.rules).toBe('documented');
    expect(document.failures[0]?.token).toMatch(/^ls1\./);
    expect(document.errors).toEqual([]);
  });

  it('prints what the client prints beside its document, and says when nobody can do anything', async () => {
    openWith("export default () => { console.log('hello'); };");

    const { stdout, stderr } = await desk.run('fuzz', 'client.ts', '--json', '--runs', '2');

    expect((JSON.parse(stdout) as Document).failures).toEqual([]);
    expect(stderr).toContain('hello\n');
    expect(stderr).toContain('the client offers no actions');
  });

  it('asks invariants of the file in the world of the file, and says when nothing is found', async () => {
    openWith(`
      export const world = { tasksMax: 1 };
      export const invariants = [{ name: 'own', check: ({ calls, script }) => calls.length > 2 ? String(script.world.tasksMax) : null }];
      export default ({ request }) => ({ look: () => request.agent.search().catch(() => {}) });
    `);

    const found = await desk.run('fuzz', 'client.ts', '--runs', '50', '--steps-max', '9', '--time-max', '1000');
    const nothing = await desk.run('fuzz', 'client.ts', '--runs', '20', '--steps-max', '2');

    expect(found.stdout).toContain('own: 1');
    expect(found.code).toBe(1);
    expect(nothing.stdout).toMatch(/^client\.ts: nothing found in 20 runs, \d+ steps, seed 1$/m);
    expect(nothing.code).toBe(0);
  });

  it('tells what it found, then keeps it in a file', async () => {
    openWith(null);

    const { code, stdout } = await desk.run('fuzz', 'client.ts', '--save', 'bundle.json', '--html', 'page.html');
    const again = await desk.run('replay', 'bundle.json');

    expect(code).toBe(1);
    expect(stdout).toContain('replay: longshore replay ls1.');
    expect(again.stdout).toContain('21900007');
    expect(existsSync(desk.path('page.html'))).toBe(true);
  });

  it('shrinks to one step what needs no more', async () => {
    openWith("export default () => ({ go() { throw 'a string'; } });");

    const { stdout } = await desk.run('fuzz', 'client.ts', '--runs', '20');

    expect(stdout).toContain('noUnhandledRejection: go(0) fails: "a string"');
    expect(stdout).toMatch(/^1 step, shrunk from \d+ of run \d+ in \d+ runs$/m);
  });

  it('tells an invariant that throws from a bug of its own', async () => {
    openWith(`
      export const invariants = [
        { name: 'own', check: ({ atStep, tasks }) => (atStep < 1 ? null : tasks[9].tid) },
      ];
      export default () => ({ go() {} });
    `);

    const { code, stderr } = await desk.run('fuzz', 'client.ts', '--seed', '4', '--runs', '9');

    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^longshore: usage: client\.ts: the invariant own throws in run 1 of seed 4, after step 2: TypeError: Cannot read .*, at client\.ts:3:\d+\n/,
    );
    expect(stderr).not.toMatch(/bug|dist/);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('tells what it has so far after %s', async (signal, expected) => {
    openWith("let runs = 0; export default () => { if (runs++ === 99) console.log('under way'); };");
    const { process: child, ended } = desk.start('fuzz', 'client.ts', '--runs', '10000000', '--json');
    child.stderr?.once('data', () => child.kill(signal));

    const { code, stdout } = await ended;

    const { runs, failures } = JSON.parse(stdout) as Document;
    expect({ code, failures }).toEqual({ code: expected, failures: [] });
    expect(runs).toBeGreaterThan(0);
  });

  it('refuses a world that cannot be', async () => {
    openWith('export default () => {}; export const world = { tasksMax: 2.5 };');

    const { code, stderr } = await desk.run('fuzz', 'client.ts');

    expect(code).toBe(2);
    expect(stderr).toMatch(/^longshore: usage: client\.ts: world\.tasksMax: .*; legal: a whole number, 1 or more\n/);
  });

  it.each([
    ['a file that is not there', ['nothing.ts'], /nothing\.ts/],
    ['a file without a client', ['client.ts'], /client\.ts exports no client/],
    ['a number that is none', ['client.ts', '--runs', 'many'], /--runs is many; legal: a whole number, 1 or more/],
    ['a number below 0', ['client.ts', '--runs', '-1'], /--runs is -1; legal: a whole number, 1 or more/],
    ['no runs at all', ['client.ts', '--runs', '0'], /--runs is 0; legal: a whole number, 1 or more/],
    ['a bundle that cannot be written', ['client.ts', '--save', 'no/x.json'], /--save .*no\/x\.json cannot be written/],
    ['a page that cannot be written', ['client.ts', '--html', '.'], /--html .* cannot be written: it is a directory/],
    ['no threads at all', ['client.ts', '--workers=0'], /--workers is 0; legal: a whole number, from 1 to 256/],
    [
      'too many threads',
      ['client.ts', '--workers', '9999999'],
      /--workers is 9999999; legal: a whole number, from 1 to 256/,
    ],
  ])('refuses %s', async (_, args, message) => {
    openWith('export const nothing = 1;');

    const { code, stderr } = await desk.run('fuzz', ...args);

    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
