import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDemoServer } from '../../src/cli/demo-server.ts';
import { type Desk, openDesk } from './command-line.ts';

let desk: Desk;
const program = import.meta.filename;

beforeEach(() => {
  desk = openDesk();
});

afterEach(() => desk.clear());

describe('usage', () => {
  it.each([
    ['no command', [], /USAGE/],
    ['an unknown command', ['fetch'], /no command "fetch"; legal: get, put, tasks, demo/],
    ['an option before the command', ['--store', 'x', 'get'], /--store stands before the command/],
    ['an unknown verb of tasks', ['tasks', 'drop'], /legal: list, remove/],
    ['an unknown option', ['get', 'http://a/b', '--speed', '3'], /unknown option '--speed'; legal: --output/],
    ['an unknown option of demo', ['demo', '--fast'], /unknown option '--fast'; legal: --json, --quiet/],
    ['an option without its value', ['get', 'http://a/b', '--slots'], /'--slots <value>' argument missing/],
    ['a value where there is none', ['get', 'http://a/b', '--json=no'], /'--json' does not take an argument/],
    ['an argument too many', ['tasks', 'list', 'x'], /no place for "x"/],
    ['no url', ['get'], /Missing required positional argument: URL/],
    ['no target', ['put', 'file'], /Missing required positional argument: URL/],
    ['a url that is none', ['get', 'example.org/x'], /"example.org\/x" is no url; legal: http:/],
    ['a url of another kind', ['get', 'ftp://example.org/x'], /is no url/],
    ['a url without a file name', ['get', 'http://example.org/'], /names no file; say with --output/],
    ['one output for two urls', ['get', 'http://a/b', 'http://a/c', '-o', 'x'], /--output takes one url/],
    ['two urls for one file', ['get', 'http://a/x', 'http://b/x'], /would both be saved as/],
    ['a rate that is none', ['get', 'http://a/b', '--limit-rate', 'fast'], /"fast" is no rate; legal: 16k or more/],
    ['a rate below the least', ['get', 'http://a/b', '--limit-rate', '15k'], /"15k" is no rate/],
    ['no slots', ['get', 'http://a/b', '--slots', '0'], /legal: a whole number, 1 or more/],
    ['a header without a name', ['get', 'http://a/b', '--header', 'x'], /legal: 'name: value'/],
    [
      'too many slots',
      ['get', 'http://a/b', '--slots', '9'.repeat(20)],
      /legal: a whole number, from 1 to 9007199254740991/,
    ],
    ['a header of two lines', ['get', 'http://a/b', '-H', 'A: b\r\nC: d'], /--header "A" holds a line break/],
    ['certificates that are not there', ['get', 'http://a/b', '--ca', 'no.pem'], /--ca cannot be read: .*no\.pem/],
    [
      'certificates that are none',
      ['get', 'http://a/b', '--ca', program],
      /--ca .* holds no certificate; legal: a PEM file/,
    ],
    [
      'a password in a url',
      ['get', 'http://user:secret@a/b'],
      /the url of a holds (?!.*secret).*--header 'Authorization: /,
    ],
    [
      'a value like an option',
      ['get', 'http://a/b', '-o', '-dash'],
      /is ambiguous\. Did you .*? To specify .*; legal: --output/,
    ],
    ['a range of its own', ['get', 'http://a/b', '-H', 'range: bytes=1-'], /--header Range has no place in a get/],
    ['a method of the other direction', ['get', 'http://a/b', '--method', 'PUT'], /legal: GET, POST/],
    ['a form in a plain PUT', ['put', 'a', 'http://a/b', '--form', 'a=b', '--method', 'PUT'], /--form has no place/],
    ['two files for one url', ['put', 'a', 'b', 'http://a/b'], /a and .*b would both be put to http:.*legal: .*\/, or/],
    ['two files of one name', ['put', 'a/x', 'b/x', 'http://a/'], /would both be put to http:\/\/a\/x/],
    ['no tasks to remove', ['tasks', 'remove'], /which tasks\?/],
    ['tasks named twice', ['tasks', 'remove', '1', '--all'], /which tasks\?/],
  ])('%s: exits with 2 and says what is legal', async (_, args, says) => {
    const { code, stdout, stderr } = await desk.run(...args);

    expect(code).toBe(2);
    expect(stderr).toMatch(says);
    expect(stdout).toBe('');
    expect(existsSync(desk.path('state'))).toBe(false);
  });

  it.each([[['--help']], [['-h']], [['get', '--help']], [['put', '-h']], [['tasks', '--help']], [['demo', '--help']]])(
    'longshore %j tells on standard output, without colors',
    async (args) => {
      const { code, stdout, stderr } = await desk.run(...args);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('USAGE');
      expect(stdout).not.toContain('\u001b');
    },
  );

  it('is told as one document: with no tasks where a command is not about them', async () => {
    const { document } = await desk.json('explain', '--speed');

    expect(document).toEqual({
      errors: [
        {
          what: 'usage',
          code: null,
          message: expect.any(String),
          detail: 'longshore explain --help says what there is',
        },
      ],
    });
    expect((await desk.json('get')).document).toMatchObject({ tasks: [], errors: [{ what: 'usage' }] });
  });

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8'));

    expect((await desk.run('--version')).stdout).toBe(`${version}\n`);
    expect((await desk.json('--version')).document).toEqual({ version });
  });
});

describe('--json', () => {
  it('prints one document on standard output, and all else on standard error', async () => {
    const server = await startDemoServer();
    const url = server.offer('file.bin', randomBytes(100_000));

    const calls = [
      await desk.json('get', url),
      await desk.json('get', url),
      await desk.json('get', `${server.url}/missing`),
      await desk.json('put', 'file.bin', `${server.url}/up`),
      await desk.json('tasks'),
      await desk.json('tasks', 'remove', '--completed'),
    ];
    await server.close();

    expect(calls.map(({ code }) => code)).toEqual([0, 0, 1, 0, 0, 0]);
    expect(calls.map(({ document }) => document.tasks.length)).toEqual([1, 1, 1, 1, 3, 2]);
    expect(calls[0]?.document.tasks[0]).toMatchObject({
      saveas: desk.path('file.bin'),
      url,
      action: 0,
      mode: 0,
      retry: true,
      progress: { state: 0x40, index: 0, processed: 100_000, sizes: [100_000] },
      faults: null,
    });
    expect(calls[0]?.stderr).toContain('complete');
  });

  it.each([[['get', 'nonsense']], [['nonsense']], [['tasks', '--store', process.execPath]], [['tasks', '--bad']]])(
    'prints one also when %j goes wrong',
    async (args) => {
      const { code, document, stderr } = await desk.json(...args);

      expect(code).not.toBe(0);
      expect(document.errors).toHaveLength(1);
      expect(stderr).toMatch(/^longshore: /);
    },
  );
});

describe('the store', () => {
  it('lies in the state directory of the user', async () => {
    await desk.run('get', 'http://127.0.0.1:1/x');

    expect(existsSync(desk.path('state/longshore/tasks.db'))).toBe(true);
  });

  it('lies below the home directory when there is no absolute state directory', async () => {
    const other = openDesk({ XDG_STATE_HOME: 'relative' });
    try {
      await other.run('get', 'http://127.0.0.1:1/x');

      expect(existsSync(other.path('home/.local/state/longshore/tasks.db'))).toBe(true);
    } finally {
      other.clear();
    }
  });

  it('lies where --store says', async () => {
    await desk.run('get', 'http://127.0.0.1:1/x', '--store', 'some where/store.db');

    expect(existsSync(desk.path('some where/store.db'))).toBe(true);
    expect(existsSync(desk.path('state'))).toBe(false);
    expect((await desk.json('tasks', '--store', 'some where/store.db')).document.tasks).toHaveLength(1);
  });
});

describe.skipIf(!existsSync('/proc'))('a directory that cannot be made, though its parent is there', () => {
  it.each([
    [1, ['get', 'http://127.0.0.1:9/f', '--dir', '/proc/none']],
    [1, ['get', 'http://127.0.0.1:9/f', '--store', '/proc/none/tasks.db']],
    [2, ['serve', 'gokuai', '--data', '/proc/none']],
    [1, ['test', '.', '--junit', '/proc/none/junit.xml']],
  ])('ends with %i: %j', async (expected, args) => {
    const { code, stderr } = await desk.run(...args);

    expect(code).toBe(expected);
    expect(stderr).toMatch(/\/proc\/none/);
    expect(stderr).not.toContain('bug');
  });
});

describe('output', () => {
  it('is silent when told to be quiet, but for errors', async () => {
    const server = await startDemoServer();
    const quiet = await desk.run('get', server.offer('file.bin', randomBytes(1_000)), '-q');
    const failed = await desk.run('get', `${server.url}/missing`, '--quiet');
    await server.close();

    expect(quiet).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(failed.stdout).toBe('');
    expect(failed.stderr).toContain('404 Not Found');
  });

  it('outlives a reader that goes away', async () => {
    const server = await startDemoServer();
    const url = server.offer('file.bin', randomBytes(3_000_000), { bytesPerSecond: 1_000_000 });
    const { process: child, ended } = desk.start('get', url);
    child.stdout?.destroy();
    const { code, stderr } = await ended;
    await server.close();

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.skipIf(!existsSync('/dev/full'))(
    'fails in one line on a disk that is full, once what runs has ended',
    async () => {
      const server = await startDemoServer();
      const url = server.offer('file.bin', randomBytes(1_000_000), { bytesPerSecond: 1_000_000 });
      const explained = await desk.runInto('/dev/full', 'explain', '--all');
      const got = await desk.runInto('/dev/full', 'get', url);
      await server.close();

      for (const { code, stderr } of [explained, got]) {
        expect({ code, stderr }).toEqual({
          code: 1,
          stderr: 'longshore: standard output: no space left on device\n',
        });
      }
      expect(statSync(desk.path('file.bin')).size).toBe(1_000_000);
    },
  );

  it('is made of plain lines when nobody watches', async () => {
    const server = await startDemoServer();
    const url = server.offer('file.bin', randomBytes(3_000_000), { bytesPerSecond: 1_000_000 });
    const { stdout } = await desk.run('get', url);
    await server.close();

    expect(stdout).not.toContain('\u001b');
    expect(stdout).toMatch(/^(file\.bin: \d+% of 2\.9 MiB, \d+ KiB\/s, .* left\n)+file\.bin: complete, .*\n$/);
  });
});
