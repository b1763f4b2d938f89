import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runCommand } from 'citty';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, UsageError } from '../../src/cli/command.ts';
import { replay } from '../../src/cli/replay.ts';
import { type Bundle, textOf, tokenOf } from '../../src/fuzz/bundle.ts';
import { digestOfClient, loadClient } from '../../src/fuzz/node/load.ts';
import { record } from '../../src/fuzz/replay.ts';
import { scriptOf } from '../../src/fuzz/world-settings.ts';

const cwd = resolve(import.meta.dirname, '../..');
const clients = 'test/fuzz/clients';
const failure = {
  invariant: 'noWrongStateCall',
  script: scriptOf({
    steps: [
      { do: 'act', name: 'get', n: 0 },
      { do: 'wait', ms: 300 },
      { do: 'network', to: 'offline' },
    ],
  }),
};

const directory = mkdtempSync(join(tmpdir(), 'longshore-replay-'));
let bundle: Bundle;
let token = '';

beforeAll(async () => {
  const path = `${clients}/impatient.ts`;
  const { client } = await loadClient(join(cwd, path));
  const digest = digestOfClient(join(cwd, path));
  bundle = await record(client, failure, { from: { path, digest } });
  token = await tokenOf(bundle);
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('replay', () => {
  it('shows a failure again, and leaves with 1', async () => {
    const { exitCode, people } = await run(token);

    expect(exitCode).toBe(1);
    expect(people).toContain('test/fuzz/clients/impatient.ts, which failed under longshore 0.1.0\n');
    expect(people).toContain('0.300 s  ▸ the network is offline\n');
    expect(people).toContain('0.300 s    start is refused: 21900007 task state error.\n');
    expect(people).toMatch(
      /it fails again: noWrongStateCall: .*\nthe run is the same, line for line\nthe code is the same since\n$/,
    );
  });

  it('leaves with 0 when the failure is gone, and says where the trace parts', async () => {
    const { exitCode, people } = await run(token, '--client', `${clients}/patient.ts`);

    expect(exitCode).toBe(0);
    expect(people).toContain('it no longer fails; it failed with noWrongStateCall: ');
    expect(people).toMatch(/the trace first differs at entry \d+:\n {2}expected .*\n {2}found .*\n/);
    expect(people).toContain('the code has changed since\n');
  });

  it('leaves with 3 when it fails in another way', async () => {
    const { exitCode, people } = await run(token, '--client', `${clients}/forgetful.ts`);

    expect(exitCode).toBe(3);
    expect(people).toContain('it fails differently: noUnhandledRejection: ');
  });

  it('takes the file of a bundle, and gives a document', async () => {
    const file = join(directory, 'bundle.json');
    writeFileSync(file, textOf(bundle));

    const { exitCode, document } = await run(file, '--json', '--quiet', '--client', `${clients}/patient.ts`);

    expect(exitCode).toBe(0);
    expect(document).toMatchObject({
      verdict: 'gone',
      client: { path: `${clients}/patient.ts`, isChanged: true },
      failure: null,
      recorded: { invariant: 'noWrongStateCall' },
      isSame: false,
      difference: { expected: expect.any(String), found: expect.any(String) },
      errors: [],
    });
  });

  it('says nothing of the code when the bundle does not know it', async () => {
    const anonymous = await tokenOf({ ...bundle, client: { path: null, digest: null } });

    const { people, document } = await run(anonymous, '--client', `${clients}/impatient.ts`);

    expect(people).not.toContain('the code');
    expect(document).toMatchObject({ client: { isChanged: null } });
    await expect(run(anonymous)).rejects.toThrow('the bundle does not say which file failed; legal: --client <file>');
  });

  it('prints nothing but text, whatever the bundle holds', async () => {
    const rude = { ...bundle.failure, message: '\u001b[2J' };

    const { people } = await run(await tokenOf({ ...bundle, failure: rude, longshore: '\u001b[2J' }));

    expect(people).not.toContain('\u001b');
  });

  it.each<[string, () => readonly string[], RegExp]>([
    ['a damaged token', () => [`${token.slice(0, -1)}x`], /^the token: /],
    ['half a token', () => [token.slice(0, 50)], /the end of the token is missing/],
    ['a file that is not there', () => ['nowhere.json'], /there is no nowhere\.json, and it is no token/],
    ['a file that is no bundle', () => ['package.json'], /^package\.json: this is no bundle of longshore$/],
    ['a client that is not there', () => [token, '--client', 'nowhere.ts'], /^nowhere\.ts cannot be loaded.*--client/s],
    ['a file that is no client', () => [token, '--client', `${clients}/none.ts`], /none\.ts exports no client/],
    ['an unknown option', () => [token, '--fast'], /unknown option '--fast'/],
  ])('refuses %s', async (_, args, message) => {
    await expect(run(...args())).rejects.toThrow(UsageError);
    await expect(run(...args())).rejects.toThrow(message);
  });

  it("refuses a failure of the client's own invariant that is not there any more", async () => {
    const foreign = { ...bundle, failure: { ...bundle.failure, invariant: 'mine' } };

    await expect(run(await tokenOf(foreign))).rejects.toThrow('the invariant "mine" is not here');
  });
});

async function run(...rawArgs: readonly string[]) {
  const [people, stderr] = [paper(), paper()];
  const output = { people, stderr, live: false, color: false, quiet: false };
  const { result } = await runCommand(replay, { rawArgs: [...rawArgs], data: { cwd, state: '/', output } });
  return { ...(result as Outcome), people: people.text };
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
