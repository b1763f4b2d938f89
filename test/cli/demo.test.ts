import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DemoError } from '../../src/cli/demo-errors.ts';
import type { DemoTransfer } from '../../src/cli/demo-transfers.ts';
import { catalogues } from '../../src/errors/catalogues.ts';
import { type Desk, openDesk } from './command-line.ts';

let desk: Desk;

beforeEach(() => {
  desk = openDesk();
});

afterEach(() => desk.clear());

it('moves every file whole and raises every documented error, in less than 30 seconds', async () => {
  const startedMs = performance.now();
  const { code, stdout, stderr } = await desk.run('demo', '--json');
  const tookMs = performance.now() - startedMs;
  const { transfers, errors } = JSON.parse(stdout) as { transfers: DemoTransfer[]; errors: DemoError[] };

  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(30_000);
  expect(transfers.every(({ ok, sha256 }) => ok && /^[0-9a-f]{64}$/.test(sha256))).toBe(true);
  expect(new Set(transfers.map(({ action }) => action))).toEqual(new Set(['download', 'upload']));
  const resumed = transfers.filter(({ ranges }) => ranges.length > 0).map(({ name }) => name);
  expect(resumed).toEqual(['paused.bin', 'cut.bin', 'killed.bin']);
  expect(transfers.some(({ story }) => story === 'waited for a slot')).toBe(true);

  expect(new Set(errors.map((error) => error.code))).toEqual(new Set(catalogues.harmony.map((row) => row.code)));
  for (const { code: raised, message } of errors) {
    expect(message).toBe(catalogues.harmony.find((row) => row.code === raised)?.message);
  }
  const causes = (wanted: number) => errors.filter((error) => error.code === wanted).map(({ cause }) => cause);
  expect(causes(21900007)).toEqual(
    catalogues.harmony.find((row) => row.code === 21900007)?.causes.map((cause) => cause.replace(/[;.]$/, '')),
  );
  for (const wanted of [13400001, 13400002]) {
    const calls = errors.filter((error) => error.code === wanted).map(({ call }) => call);
    expect(calls.some((call) => call.startsWith('uploadFile'))).toBe(true);
    expect(calls.some((call) => call.startsWith('downloadFile'))).toBe(true);
  }
  expect(new Set(causes(21900006)).size).toBe(6);
  expect(readdirSync(desk.directory)).toEqual([]);
  expect(stderr).toMatch(/ok: 10 transfers, 8 codes raised in 27 ways/);
});

it.each(catalogues.harmony.map((row) => row.code))('raises %d alone, and moves no files', async (only) => {
  const { code, stdout, stderr } = await desk.run('demo', '--only', String(only), '--json');
  const { transfers, errors } = JSON.parse(stdout) as { transfers: DemoTransfer[]; errors: DemoError[] };

  expect({ code, transfers }).toEqual({ code: 0, transfers: [] });
  expect(new Set(errors.map((error) => error.code))).toEqual(new Set([only]));
  expect(stderr).toContain(`ok: raised in ${errors.length} way`);
  expect(readdirSync(desk.directory)).toEqual([]);
});

it('raises no code that is not published', async () => {
  const { code, stderr } = await desk.run('demo', '--only', '21900008');

  expect(code).toBe(2);
  expect(stderr).toContain('--only is "21900008"; legal: 13400001');
});

it('leaves nothing behind when it is interrupted', async () => {
  const { process: child, ended } = desk.start('demo');
  child.stdout?.once('data', () => child.kill('SIGINT'));

  const { code } = await ended;

  expect(code).toBe(130);
  expect(readdirSync(desk.directory)).toEqual([]);
});
