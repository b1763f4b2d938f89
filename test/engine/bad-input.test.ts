import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src/adapters/clock/system.ts';
import { createDiskFiles } from '../../src/adapters/files/disk.ts';
import { createEngine } from '../../src/api/task-engine.ts';
import {
  createFileServer,
  createInternet,
  createMemoryStore,
  createSeededRandom,
  createSimulatedTransport,
  createWorld,
  serverOrigin,
} from '../../src/sim/index.ts';
import { type HostileCall, hostileCall, linksOf, type Premises, refusedWith, secret } from '../support/hostile.ts';

const seed = Number(process.env.FC_SEED ?? 20_260_101);
const runs = Number(process.env.FC_RUNS ?? 1_000);
const timeoutMs = 120_000 + 500 * runs;
const bothRules = ['documented', 'device'] as const;

function sentTo(server: ReturnType<typeof createFileServer>): string {
  const decoder = new TextDecoder();
  return server.requests.map(({ headers, body }) => JSON.stringify(headers) + decoder.decode(body)).join('\n');
}

describe('in a simulated world', () => {
  const premises: Premises = { root: '/1/2/3/4/5/6/root', outside: '/1/2/3/4/5/6/outside' };

  it.each(bothRules)(
    'bad input never crashes, writes outside or leaks, by the %s rules',
    async (rules) => {
      const outcomes = { accepted: 0, refused: 0 };
      await fc.assert(
        fc.asyncProperty(fc.array(hostileCall(premises), { minLength: 1, maxLength: 4 }), async (calls) => {
          const world = createWorld({ rules, files: { '/file': 100 } });
          const app = world.addApp({ uid: 7, bundle: 'com.example.app', roots: [premises.root] });
          world.disk.write(`${premises.outside}/secret`, secret);
          world.disk.write(`${premises.root}/file`, 'mine');
          world.disk.makeDirectory(`${premises.root}/dir`);
          for (const [name, target] of Object.entries(linksOf(premises)))
            world.disk.makeLink(`${premises.root}/${name}`, target);

          for (const call of calls) {
            const code = await refusedWith(() => call(app));
            if (code === null) outcomes.accepted += 1;
            else outcomes.refused += 1;
            await world.run(10_000);
          }

          const strays = world.disk.list().filter((path) => !path.startsWith(`${premises.root}/`));
          expect(strays).toEqual([`${premises.outside}/secret`]);
          expect(new TextDecoder().decode(world.disk.read(`${premises.outside}/secret`))).toBe(secret);
          expect(sentTo(world.server)).not.toContain(secret);
          expect(world.server.requests.filter(({ headers }) => 'x-evil' in headers)).toEqual([]);
          expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
        }),
        { seed, numRuns: runs },
      );

      // A fuzz that is refused everything, or nothing, would look at one half only.
      expect(Math.min(outcomes.accepted, outcomes.refused)).toBeGreaterThan(runs / 10);
    },
    timeoutMs,
  );
});

describe('on a real disk', () => {
  let base = '';
  let premises: Premises = { root: '', outside: '' };

  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'longshore-bad-input-'));
    const deep = join(base, '1/2/3/4/5/6');
    premises = { root: join(deep, 'root'), outside: join(deep, 'outside') };
    mkdirSync(premises.outside, { recursive: true });
    writeFileSync(join(premises.outside, 'secret'), secret);
  });

  afterAll(() => rmSync(base, { recursive: true, force: true }));

  it.each(bothRules)(
    'bad input never crashes, writes outside or leaks, by the %s rules',
    async (rules) => {
      const before = listingOf(base, premises.root);
      const places: Premises = premises;
      await fc.assert(
        fc.asyncProperty(hostileCall(places), async (call) => {
          makeRoot(places);

          const { code, sent } = await onDisk(rules, places, call);

          expect(code === null || typeof code === 'number').toBe(true);
          expect(listingOf(base, places.root)).toEqual(before);
          expect(sent).not.toContain(secret);
        }),
        { seed, numRuns: Math.ceil(runs / 2) },
      );
    },
    timeoutMs,
  );
});

/** The root as every run finds it. */
function makeRoot({ root, outside }: Premises): void {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, 'dir'), { recursive: true });
  writeFileSync(join(root, 'file'), 'mine');
  for (const [name, target] of Object.entries(linksOf({ root, outside }))) symlinkSync(target, join(root, name));
}

/** Makes the call with real files and real time, and waits for what came of it. */
async function onDisk(rules: (typeof bothRules)[number], { root }: Premises, call: HostileCall) {
  const clock = createSystemClock();
  const random = createSeededRandom(1);
  const files = createDiskFiles();
  const server = createFileServer({ files: { '/file': 100 } });
  const internet = createInternet({ hosts: { [serverOrigin]: server.handle }, wire: { latencyMs: 0 } });
  const transport = createSimulatedTransport({ clock, random, files, internet, link: () => ({ type: 'wifi' }) });
  const engine = createEngine({ clock, random, files, transport, store: createMemoryStore(), rules });
  const app = engine.app({ uid: 7, bundle: 'com.example.app', roots: [root] });
  const ended = new Promise<void>((resolve) => {
    app.onBroadcast(() => resolve());
  });
  const code = await refusedWith(() => call(app));
  // A run that retries for seconds has had its chance to touch the disk.
  if (engine.tasks().some(({ progress }) => progress.state !== 0)) await Promise.race([ended, waitMs(50)]);
  await engine.close();
  return { code, sent: sentTo(server) };
}

function waitMs(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Every path below `base` but for those below `except`, with the content of files. */
function listingOf(base: string, except: string): Record<string, string> {
  const listing: Record<string, string> = {};
  for (const entry of readdirSync(base, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (path === except || path.startsWith(`${except}/`)) continue;
    listing[path] = entry.isFile() ? readFileSync(path, 'utf8') : 'directory';
  }
  return listing;
}
