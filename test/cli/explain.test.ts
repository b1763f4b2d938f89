import { runCommand } from 'citty';
import { beforeAll, describe, expect, it } from 'vitest';
import { differences } from '../../machines/differences.ts';
import { rule } from '../../machines/rules.ts';
import { Faults } from '../../src/api/constants.ts';
import { type Outcome, UsageError } from '../../src/cli/command.ts';
import { raisedBy } from '../../src/cli/explain/charts.ts';
import type { Explanation } from '../../src/cli/explain/explanation.ts';
import { explain } from '../../src/cli/explain.ts';
import { catalogueNames, lookUp } from '../../src/errors/index.ts';
import { subjects } from '../../src/repro/index.ts';
import { openDesk } from './command-line.ts';

interface Asked {
  readonly exitCode: number;
  readonly people: string;
  readonly stderr: string;
  readonly rows: readonly Explanation[];
  readonly errors: readonly { readonly what: string; readonly near: readonly { readonly code: number | string }[] }[];
}

async function ask(...rawArgs: string[]): Promise<Asked> {
  const [people, stderr] = [paper(), paper()];
  const output = { people, stderr, live: false, color: false, quiet: false };
  const { result } = await runCommand(explain, { rawArgs, data: { cwd: '/', state: '/', output } });
  const { exitCode, document } = result as Outcome;
  const { rows, errors } = document as Pick<Asked, 'rows' | 'errors'>;
  return { exitCode, people: people.text, stderr: stderr.text, rows, errors };
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

const codesOf = ({ rows }: Pick<Asked, 'rows'>) => rows.map(({ service, code, name }) => [service, code, name]);

describe('explain --all', () => {
  let all: Asked;

  beforeAll(async () => {
    all = await ask('--all', '--json');
  });

  it('explains all 542 rows, in the words of the catalogues', () => {
    const published = lookUp({});

    expect(all.exitCode).toBe(0);
    expect(all.rows).toHaveLength(542);
    for (const [at, row] of published.entries()) expect(all.rows[at]).toMatchObject(row);
  });

  it('adds to each a meaning, what to do, and where it comes from', () => {
    for (const row of all.rows) {
      const whatToDo = row.remedy?.advice ?? [row.resolution].flat().join(' ');

      expect(row.meaning.english).not.toBe('');
      expect(whatToDo).not.toBe('');
      if (row.service === 'harmony') expect(row.raised?.beforehand.length).not.toBe(undefined);
      expect(row.onTheWire === null).toBe(!row.travels);
      expect(row.reproduce === null).toBe(!row.travels && row.service !== 'harmony');
    }
  });

  it('says of each row that travels what is on the wire, which the table does not contradict', () => {
    for (const { service, code, httpStatus, onTheWire } of all.rows) {
      if (onTheWire === null || httpStatus === undefined) continue;

      expect(onTheWire.status, `${service} ${code}`).toBe(httpStatus);
    }
  });

  it('gives commands that tell rows of one code apart', () => {
    const commands = all.rows.flatMap(({ reproduce }) => reproduce ?? []);

    expect(new Set(commands).size).toBe(538);
    expect(commands).toContainEqual(
      expect.stringMatching(/^npx longshore serve tencent-ci --fault '[^,]*=-3006,section=File preview errors'$/),
    );
    expect(commands).toContainEqual(expect.stringMatching(/=-61,name=ERROR_PROXY_INVALID_CMD_REQ'?$/));
  });

  it('prints one line for each', async () => {
    const { people } = await ask('--all', '--service', 'gokuai');
    const rows = lookUp({ service: 'gokuai' });

    const lines = people.trimEnd().split('\n');
    expect(lines).toHaveLength(161);
    for (const [at, row] of rows.entries()) expect(lines[at]).toContain(row.message);
  });

  it.each(catalogueNames)('of %s holds its rows only', async (service) => {
    const { rows } = await ask('--all', '--service', service);

    expect(rows.map(({ code }) => code)).toEqual(lookUp({ service }).map(({ code }) => code));
  });

  it('of a section holds its rows only', async () => {
    const { rows } = await ask('--all', '--section', 'preview');

    expect(new Set(rows.map(({ section }) => section))).toEqual(new Set(['File preview errors']));
  });
});

describe('explain', () => {
  it.each([
    ['a code', ['21900007'], ['harmony', 21900007, 'Unsupported State Operation']],
    ['a negative code', ['-4018'], ['tencent-cos-v4', -4018, 'ErrSameFileUpload']],
    ['a negative code behind the end of options', ['--', '-4018'], ['tencent-cos-v4', -4018, 'ErrSameFileUpload']],
    ['a code with the minus of a page', ['\u22124018'], ['tencent-cos-v4', -4018, 'ErrSameFileUpload']],
    ['the code that is a word', ['Other'], ['tencent-ci', 'Other', undefined]],
    ['a name', ['ERROR_CMD_COS_FILE_EXIST'], ['tencent-cos-v4', -177, 'ERROR_CMD_COS_FILE_EXIST']],
    ['a name in small letters', ['error_cmd_cos_file_exist'], ['tencent-cos-v4', -177, 'ERROR_CMD_COS_FILE_EXIST']],
    ['a message', ['task state error.'], ['harmony', 21900007, 'Unsupported State Operation']],
    ['a description, which is the text on the wire of CI', ['the file is encrypted'], ['tencent-ci', -3006, undefined]],
    ['a Chinese description', ['指定的上传文件不存在'], ['tencent-cos-v4', -1, undefined]],
    ['a message without its point', ['Task  state error'], ['harmony', 21900007, 'Unsupported State Operation']],
    ['an ambiguous code of a service', ['400', '--service', 'gokuai'], ['gokuai', 400, undefined]],
    ['an option before a negative code', ['--service', 'tencent-ci', '-164'], ['tencent-ci', -164, undefined]],
    ['a code of a section', ['-3006', '--section', 'Preview'], ['tencent-ci', -3006, undefined]],
  ])('knows %s', async (_, args, row) => {
    const asked = await ask(...args);

    expect(asked.exitCode).toBe(0);
    expect(codesOf(asked)).toEqual([row]);
  });

  it.each([
    [['201'], 201, 'The permissions check fails', ['pause', 'query']],
    [['202'], 202, /non-system application calls a system API/, ['query']],
    [['401', '--service', 'harmony'], 401, 'The parameters check fails', ['create', 'setMaxSpeed']],
    [['EXCEPTION_UNSUPPORTED'], 801, 'Call unsupported api', []],
    [['21900008'], 21900008, 'Group deleted or not found.', ['attachGroup', 'deleteGroup']],
  ])('knows %j, which the catalogue does not hold, and says so', async (args, code, message, operations) => {
    const { rows, people, exitCode } = await ask(...args);

    expect(exitCode).toBe(0);
    expect(rows).toMatchObject([{ code, service: 'harmony', inCatalogue: false, reproduce: null }]);
    const [{ raised = null, causes = [], resolution = '' } = {}] = rows;
    expect(rows[0]?.message).toMatch(message);
    expect(raised?.beforehand.flatMap((each) => each.operations)).toEqual(expect.arrayContaining(operations));
    expect([causes.length, resolution.length]).not.toContain(0);
    expect(people).toContain('service      harmony, not in the catalogue\n');
    expect(people).toContain('what to do   ');
    expect(people).not.toContain('reproduce');
  });

  it('counts codes that are not in the catalogue among the meanings of a number, and to no other service', async () => {
    expect(codesOf(await ask('401')).map(([service]) => service)).toEqual(['gokuai', 'tencent-cos-v4', 'harmony']);
    expect((await ask('21900008', '--service', 'gokuai')).exitCode).toBe(1);
  });

  it.each(Object.keys(Faults))('shows where the fault %s is reproduced', async (name) => {
    const { people, exitCode } = await ask(`faults.${name.toLowerCase()}`);

    expect(exitCode).toBe(0);
    expect(people).toContain(`${name}\n  service      harmony, not in the catalogue\n`);
    expect(people).toContain(`  reproduce    npx longshore repro ${name}\n`);
    for (const { text } of subjects.find((each) => each.name === name)?.causes ?? []) expect(people).toContain(text);
  });

  it('answers several in their order', async () => {
    const { rows, people } = await ask('-4018', 'Other', '-97');

    expect(rows.map(({ code }) => code)).toEqual([-4018, 'Other', -97]);
    expect(people.split('\n\n')).toHaveLength(3);
  });

  it('tells every meaning of an ambiguous code shortly, with a command for each that has one meaning', async () => {
    for (const code of ['400', '-61', '-3006', '-164', '0', 'acl get error']) {
      const { people, rows } = await ask(code);
      const commands = [...people.matchAll(/^ {2}longshore explain (.*)$/gm)].map(([, command = '']) => command);

      expect(people).toContain(`${code} has ${rows.length} meanings`);
      expect(commands).toHaveLength(rows.length);
      for (const [at, command] of commands.entries()) {
        const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
        expect(codesOf(await ask(...words))).toEqual(codesOf({ rows: rows.slice(at, at + 1) }));
      }
    }
  });

  it.each([
    ['Operation with wrong task state', 21900007],
    ['Operation with wrong task mode.', 21900005],
    ['Task removed or not found   the task is of another app', 21900006],
    ['The application task queue is full', 21900004],
    ['Invalid file or file system error   ', 13400001],
    ['File path not supported or invalid', 13400002],
    ['Others error', 13499999],
  ])('knows %s, which devices say', async (what, code) => {
    const { exitCode, rows, people } = await ask(what);

    expect({ exitCode, codes: rows.map((row) => row.code) }).toEqual({ exitCode: 0, codes: [code] });
    expect(people).toContain('match on the code');
  });

  it.each([
    ['2190007', 21900007],
    ['21900009', 21900007],
    ['802', 801],
    ['4018', -4018],
    ['310661', 31061],
    ['ERROR_CMD_COS_FILE_EXISTS', -177],
    ['SignatureExpird', 1014],
    ['NoSuchKey', 612],
    ['signature has expired', 1014],
  ])('lists what is near %s, and leaves with 1', async (what, near) => {
    const { exitCode, rows, errors, stderr, people } = await ask(what);

    expect({ exitCode, rows, people }).toEqual({ exitCode: 1, rows: [], people: '' });
    expect(errors[0]?.near.map(({ code }) => code)).toContain(near);
    expect(stderr).toContain(`longshore: explain ${what}: no published row has it`);
    expect(stderr).toContain(String(near));
  });

  it('says where else there is what one service lacks', async () => {
    const { exitCode, errors } = await ask('31061', '--service', 'gokuai');

    expect(exitCode).toBe(1);
    expect(errors[0]?.near[0]).toMatchObject({ service: 'baidu-pcs', code: 31061 });
  });

  it.each([
    ['nothing', []],
    ['everything and something', ['--all', '400']],
    ['an unknown service', ['400', '--service', 'dropbox']],
    ['a service of the prototype', ['400', '--service', '__proto__']],
    ['an unknown section', ['400', '--section', 'nowhere']],
    ['an unknown option', ['400', '--fast']],
    ['an unknown short option', ['-x']],
  ])('refuses %s', async (_, args) => {
    await expect(ask(...args)).rejects.toThrow(UsageError);
  });

  it.each([
    [
      '',
      ' ',
      '.',
      '-',
      '__proto__',
      'constructor',
      '[',
      '.*',
      '\\',
      '%00',
      '\u0000\u001b[2J',
      '\u{1f4a5}',
      '1e3',
      '0x10',
      '-0',
      'x'.repeat(100_000),
    ],
  ])('finds nothing for %j, and prints nothing strange', async (what) => {
    const { exitCode, rows, stderr } = await ask('--', what);

    expect({ exitCode, rows }).toEqual({ exitCode: 1, rows: [] });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be printed
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(stderr.length).toBeLessThan(2_000);
  });
});

describe('what is printed', () => {
  it('of 21900007: the calls and states that raise it, under both rule sets', async () => {
    expect((await ask('21900007')).people).toMatchInlineSnapshot(`
      "21900007  Unsupported State Operation
        service      harmony, Upload/Download Error Codes
        message      task state error.
        on devices   Operation with wrong task state (texts differ between versions: match on the code)
        meaning      Operation on a task in an unsupported state.
        causes       Starting a deleted task;
                     Starting a non-initialized task;
                     Pausing a non-running task;
                     Resuming a non-paused task;
                     Stopping a non-running task.
        what to do   Query the task state;
                     Perform operations supported by the current task state.
        raised by    start (documented; device, upload): of a task that is waiting, running, retrying, paused, stopped, completed, failed, removed
                     start (device, download): of a task that is waiting, running, retrying, paused, completed, removed
                     pause (documented): of a task that is initialized, waiting, paused, stopped, completed, failed, removed
                     pause (device): of a task that is initialized, paused, stopped, completed, failed, removed
                     resume: of a task that is initialized, waiting, running, retrying, stopped, completed, failed, removed
                     stop (documented): of a task that is initialized, waiting, paused, stopped, completed, failed, removed
                     stop (device): of a task that is initialized, paused, stopped, completed, failed, removed
                     setMaxSpeed: of a task that is removed
                     attachGroup (background): of a task that is waiting, running, retrying, paused, stopped, completed, failed, removed
        rule sets    may a stopped or failed download be started again?
                       documented: \`start\` answers 21900007
                       device: \`start\` begins it again; of an upload it answers 21900007
                     may a waiting task be paused?
                       documented: \`pause\` answers 21900007
                       device: \`pause\` pauses it
                     may a waiting task be stopped?
                       documented: \`stop\` answers 21900007
                       device: \`stop\` stops it
        reproduce    npx longshore repro 21900007
      "
    `);
  });

  it('of a row of COS: both languages, and what the local service makes of it', async () => {
    const { people } = await ask('-4019');

    expect(people).toContain(
      '  meaning      storing failed, please upload again (translated)\n  含义         入库失败，请重新上传\n',
    );
    expect(people).toContain('  status       HTTP 400; not published; what the local service answers\n');
    expect(people).toContain('  what to do   Ask upload_slice_list what is there');
    expect(people).toContain('  caused by    upload_slice_init: when ');
    expect(people).toContain('{"code":-4019,"message":"ErrOffsetToZero"');
    expect(people).toContain('  reproduce    npx longshore serve tencent-cos-v4 --fault upload_slice_init=-4019\n');
  });

  it('of a template: its hole', async () => {
    const { people } = await ask('40321');

    expect(people).toContain(
      '  template     the text has a hole that a server fills: library name missing inside []\n',
    );
  });

  it('of a row that no server sends', async () => {
    expect((await ask('-2')).people).toMatchInlineSnapshot(`
      "-2
        service      tencent-cos-v4, 服务端 SDK 错误码
        meaning      the network request failed (mostly: the host cannot reach the service) (translated)
        含义         网络请求失败（一般是用户主机和我们的服务无法连通）
        what to do   Look at the client: its library made this up before, or without, an answer of the server.
        reproduce    no server sends it
      "
    `);
  });
});

describe('what raises the codes of HarmonyOS', () => {
  it.each(lookUp({ service: 'harmony' }).map(({ code }) => code))('%d is raised by a call, says a chart', (code) => {
    const { beforehand, inStates } = raisedBy(code);

    expect(beforehand.length + inStates.length).toBeGreaterThan(0);
  });

  it('starting again refuses in fewer states where a rule set lets downloads start again', () => {
    const refused = raisedBy(21900007).inStates.filter(({ operation }) => operation === 'start');
    const statesOf = (rules: string, action: string) =>
      refused.find(({ tasks }) => tasks.some((kind) => kind.rules === rules && kind.action === action))?.states;

    expect(statesOf('documented', 'download')).toContain('failed');
    expect(statesOf('device', 'upload')).toContain('failed');
    expect(statesOf('device', 'download')).not.toContain('failed');
  });

  it('a background app may make foreground tasks where the rule set says so', () => {
    const makers = raisedBy(21900005).beforehand.filter(({ operations }) => operations.includes('create'));

    expect(rule('device', 'foregroundTaskFromBackground')).toBe(true);
    expect(makers.map(({ rules }) => rules)).toEqual([['documented']]);
  });

  it('removing needs the service under one rule set only', () => {
    const removers = raisedBy(13400003).beforehand.filter(({ operations }) => operations.includes('remove'));

    expect(removers.map(({ rules }) => rules)).toEqual([['device']]);
  });

  it('tells the differences that name the code', () => {
    const { partings } = raisedBy(21900006);

    expect(partings.map(({ question }) => question)).toEqual([differences.readRemoved.what]);
  });
});

describe('on the command line', () => {
  it('a code that begins with a dash is a code', async () => {
    const desk = openDesk();
    try {
      const { code, stdout, stderr } = await desk.run('explain', '-177', '--json');

      expect({ code, codes: JSON.parse(stdout).rows.map((row: Explanation) => row.code) }).toEqual({
        code: 0,
        codes: [-177],
      });
      expect(stderr).toBe('');
      expect((await desk.run('explain', '-177')).stdout).toContain('-177  ERROR_CMD_COS_FILE_EXIST');
      expect((await desk.run('explain', '2190007')).code).toBe(1);
      expect((await desk.run('explain')).code).toBe(2);
    } finally {
      desk.clear();
    }
  });
});
