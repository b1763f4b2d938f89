import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkLog, readLog } from '../../src/conformance/index.ts';
import { bothRules } from '../support/worlds.ts';

const root = resolve(import.meta.dirname, '../..');
// Inside the package, so that the app finds it by name.
const app = mkdtempSync(join(root, 'dist', 'recorder-'));
for (const file of [
  'docs/guide/check-a-log/Recorder.ets',
  'docs/guide/test-off-device/Server.ets',
  'test/conformance/recorder/Recorder.test.ets',
]) {
  cpSync(join(root, file), join(app, file.slice(file.lastIndexOf('/') + 1)));
}

afterAll(() => rmSync(app, { recursive: true, force: true }));

describe.each(bothRules)('the recorder of the guide, on a device with the rules of %s', (rules) => {
  it('records a log that conforms', async () => {
    const path = join(app, `${rules}.jsonl`);

    const { code, output } = await longshoreTest(path, rules);

    expect(code, output).toBe(0);
    const log = readLog(readFileSync(path, 'utf8'));
    const { violation, lost } = checkLog(log, rules);
    expect({ violation, lost }).toEqual({ violation: null, lost: [] });
    const kinds = new Set(log.entries.map((entry) => (entry.kind === 'event' ? entry.event : entry.kind)));
    expect([...kinds].sort()).toEqual(
      ['answer', 'call', 'completed', 'failed', 'faultOccur', 'progress', 'remove', 'response'].sort(),
    );
    // The first `start` gives away whose rules these are; the events of a failure belong together by both.
    const { other } = checkLog(log, rules === 'device' ? 'documented' : 'device');
    expect(other?.differences ?? []).toEqual(rules === 'device' ? [expect.stringContaining('`start`')] : []);
    const broken = log.entries.filter((entry) => entry.kind !== 'event' || entry.event !== 'response');
    expect(checkLog({ ...log, entries: broken }, rules).conforms).toBe(rules === 'device');
  });
});

function longshoreTest(path: string, rules: string): Promise<{ readonly code: number; readonly output: string }> {
  const args = [join(root, 'dist/cli.js'), 'test', app, '--rules', rules];
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, RECORDED_LOG: path };
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: root, env }, (error, stdout, stderr) => {
      done({ code: Number(error?.code ?? 0), output: `${stdout}\n${stderr}` });
    });
  });
}
