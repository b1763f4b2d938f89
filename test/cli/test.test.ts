import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from './command-line.ts';

interface Results {
  readonly pass: number;
  readonly failure: number;
  readonly error: number;
  readonly ignored: number;
  readonly cases: readonly {
    readonly file: string;
    readonly suite: string;
    readonly name: string;
    readonly outcome: string;
    readonly message: string;
    readonly stack: readonly string[];
    readonly replay: string | null;
  }[];
  readonly errors: readonly { readonly file: string; readonly message: string }[];
}

let desk: Desk;

beforeEach(() => {
  desk = openDesk();
  const fixtures = resolve(import.meta.dirname, '../fixtures/hypium');
  for (const name of ['semantics', 'pages', 'unsound', 'parameters']) {
    cpSync(join(fixtures, name), desk.path(`app/${name}`), { recursive: true });
  }
});

afterEach(() => desk.clear());

const results = ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout) as Results;

describe('longshore test', () => {
  it('runs a directory without any configuration, and reports as a device does', async () => {
    const { code, stdout } = await desk.run('test', 'app/pages', '--junit', 'out/report.xml');

    expect(code).toBe(0);
    expect(stdout).toContain('OHOS_REPORT_STATUS: class=Page\nOHOS_REPORT_STATUS: test=has the methods of a struct\n');
    expect(stdout).toMatch(/OHOS_REPORT_STATUS: consuming=\d+\nOHOS_REPORT_STATUS_CODE: 0\n/);
    expect(stdout).toContain('OHOS_REPORT_RESULT: stream=Tests run: 5, Failure: 0, Error: 0, Pass: 5, Ignore: 0\n');
    expect(stdout).toContain('OHOS_REPORT_CODE: 0\n');
    expect(stdout).toContain('build() of Index is user interface; its body is skipped');
    expect(readFileSync(desk.path('out/report.xml'), 'utf8')).toContain('<testsuites name="vitest tests" tests="5"');
  });

  it('runs each suite once, and gives a failed case one command that replays it', async () => {
    const ran = await desk.run(
      'test',
      'app/semantics',
      '--json',
      '--seed',
      '7',
      '--hosts',
      'a.example=http://127.0.0.1:1',
    );
    const { cases, ...counts } = results(ran);

    expect(ran.code).toBe(1);
    expect(counts).toEqual({ pass: 12, failure: 11, error: 10, ignored: 1, errors: [] });
    expect(new Set(cases.map(({ file }) => file))).toEqual(
      new Set(
        ['Assertion.test.ets', 'Ending.test.ets', 'Hook.test.ets', 'old.test.js'].map(
          (name) => `app/semantics/${name}`,
        ),
      ),
    );
    const child = cases.find(({ suite }) => suite === 'Child');
    expect(child?.message).toBe('expect 1 equals 2, error in beforeAll function');
    expect(child?.stack[0]).toMatch(/semantics\/Hook\.test\.ets:48:\d+$/);
    expect(child?.replay).toBe(
      'longshore test app/semantics/Hook.test.ets --seed 7 --hosts a.example=http://127.0.0.1:1 ' +
        '--filter "BlockedByAssertion.Child#is a failure, too"',
    );
  });

  it('replays one case of one file', async () => {
    const filter = ['--filter', 'BlockedByAssertion.Child#is a failure, too'];
    const ran = await desk.run('test', 'app/semantics/Hook.test.ets', '--json', ...filter);

    expect(results(ran).cases.map(({ suite, name, outcome }) => [suite, name, outcome])).toEqual([
      ['Child', 'is a failure, too', 'failure'],
    ]);
  });

  it('runs a list that is asked for', async () => {
    const { cases } = results(
      await desk.run('test', 'app/semantics/List.test.ets', '--json', '--filter', 'Told,Assertion'),
    );

    expect(new Set(cases.map(({ suite }) => suite))).toEqual(new Set(['Assertion', 'Told']));
  });

  it('takes run parameters, and a limit', async () => {
    const args = ['--param', 'level=2', '--param', 'itName=level 2, small', '--timeout', '100'];
    const { cases } = results(await desk.run('test', 'app/parameters', '--json', ...args));

    expect(cases.map(({ name }) => name)).toEqual(['level 2, small']);
  });

  it('says which files do not load', async () => {
    const ran = await desk.run('test', 'app/unsound', '--json');
    const { cases, errors } = results(ran);

    expect(ran.code).toBe(1);
    expect(cases).toEqual([]);
    expect(errors.map(({ file, message }) => [file, message])).toEqual([
      [
        'app/unsound/AsyncSuite.test.ets',
        'The body of suite AsyncSuite is asynchronous; it must register its cases at once.',
      ],
      ['app/unsound/NoMask.test.ets', 'it has no attribute: the body is missing; an attribute stands before it.'],
    ]);
  });

  it('fails when no case is meant', async () => {
    mkdirSync(desk.path('empty'));

    expect(await desk.run('test', 'empty')).toMatchObject({
      code: 1,
      stderr: 'longshore: test: no case in empty is meant\n',
    });
    expect((await desk.run('test', 'app/pages', '--filter', 'Nobody')).code).toBe(1);
  });

  it.each([
    [['nowhere'], 'there is no nowhere'],
    [['app', '--seed', 'x'], '--seed is x; legal: a whole number'],
    [['app', '--rules', 'other'], '--rules is other; legal: device, documented'],
    [['app', '--hosts', 'a.example'], '--hosts is a.example; legal: name=origin'],
    [['app', '--hosts', 'a.example=nowhere'], '--hosts is a.example=nowhere; legal: name=origin'],
    [['app', '--param', 'level'], '--param is level; legal: name=value'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await desk.run('test', ...args);

    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
