import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rules } from '../../machines/vocabulary.ts';
import { createSystemClock } from '../../src/adapters/clock/system.ts';
import { createDiskFiles } from '../../src/adapters/files/disk.ts';
import { stateWord } from '../../src/api/constants.ts';
import { createEngine } from '../../src/api/task-engine.ts';
import {
  createFileServer,
  createInternet,
  createMemoryStore,
  createSeededRandom,
  createSimulatedTransport,
  createWorld,
  type FileServer,
  serverOrigin,
  type World,
} from '../../src/sim/index.ts';
import { type HostileCall, hostileCall, linksOf, type Premises, refusedWith, secret } from '../support/hostile.ts';
import { assertHolds, replayFrom } from '../support/replay.ts';

const file = 'test/engine/bad-input.test.ts';
const replay = replayFrom(process.env, 1_000);
const timeoutMs = 60_000 + 100 * replay.runs;
const bothRules = ['documented', 'device'] as const;
/** Deep enough for every `..` that a hostile path may hold. */
const depth = '1/2/3/4/5/6';

describe('in a simulated world', () => {
  const premises: Premises = { root: `/${depth}/root`, outside: `/${depth}/outside` };

  it.each(bothRules)(
    'bad input never crashes, writes outside or leaks, by the %s rules',
    async (rules) => {
      const outcomes = { accepted: 0, refused: 0 };
      const someCalls = fc.array(hostileCall(premises), { minLength: 1, maxLength: 4 });
      const property = fc.asyncProperty(someCalls, async (calls) => {
        const world = hauntedWorld(rules, premises);
        const app = world.addApp({ uid: 7, bundle: 'com.example.app', roots: [premises.root] });

        for (const call of calls) {
          const code = await refusedWith(() => call.on(app));
          outcomes[code === null ? 'accepted' : 'refused'] += 1;
          await world.run(10_000);
        }

        const strays = world.disk.list().filter((path) => !path.startsWith(`${premises.root}/`));
        expect(strays).toEqual([`${premises.outside}/secret`]);
        expect(new TextDecoder().decode(world.disk.read(`${premises.outside}/secret`))).toBe(secret);
        expect(sentTo(world.server)).not.toContain(secret);
        expect(world.server.requests.filter(({ headers }) => 'x-evil' in headers)).toEqual([]);
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      });
      await assertHolds(property, replay, { file, title: `simulated world .* ${rules}` });

      // A fuzz that is refused everything, or nothing, would look at one half only.
      if (replay.path === undefined) {
        expect(Math.min(outcomes.accepted, outcomes.refused)).toBeGreaterThan(replay.runs / 10);
      }
    },
    timeoutMs,
  );
});

describe('on a real disk', () => {
  let base = '';

  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'longshore-bad-input-'));
  });

  afterAll(() => rmSync(base, { recursive: true, force: true }));

  it.each(bothRules)(
    'bad input never crashes, writes outside or leaks, by the %s rules',
    async (rules) => {
      const premises: Premises = { root: join(base, depth, 'root'), outside: join(base, depth, 'outside') };
      furnish(premises);
      const before = listingOf(base, premises.root);
      const property = fc.asyncProperty(hostileCall(premises), async (call) => {
        furnish(premises);

        const server = createFileServer({ files: { '/file': 100 } });
        await callOnDisk(rules, premises, server, call);

        expect(listingOf(base, premises.root)).toEqual(before);
        expect(sentTo(server)).not.toContain(secret);
      });
      await assertHolds(property, replay, { file, title: `real disk .* ${rules}` });
    },
    timeoutMs,
  );
});

function hauntedWorld(rules: Rules, premises: Premises): World {
  const world = createWorld({ rules, files: { '/file': 100 } });
  world.disk.write(`${premises.outside}/secret`, secret);
  world.disk.write(`${premises.root}/file`, 'mine');
  world.disk.makeDirectory(`${premises.root}/dir`);
  for (const [name, target] of Object.entries(linksOf(premises))) {
    world.disk.makeLink(`${premises.root}/${name}`, target);
  }
  return world;
}

/** Makes the premises as `hauntedWorld` has them, whatever was there. */
function furnish(premises: Premises): void {
  const { root, outside } = premises;
  for (const each of [root, outside]) rmSync(each, { recursive: true, force: true });
  mkdirSync(outside, { recursive: true });
  writeFileSync(join(outside, 'secret'), secret);
  mkdirSync(join(root, 'dir'), { recursive: true });
  writeFileSync(join(root, 'file'), 'mine');
  for (const [name, target] of Object.entries(linksOf(premises))) symlinkSync(target, join(root, name));
}

/** Makes the call with real files in real time, and waits for what comes of it. */
async function callOnDisk(rules: Rules, { root }: Premises, server: FileServer, call: HostileCall): Promise<void> {
  const clock = createSystemClock();
  const random = createSeededRandom(1);
  const files = createDiskFiles();
  const internet = createInternet({ hosts: { [serverOrigin]: server.handle }, wire: { latencyMs: 0 } });
  const transport = createSimulatedTransport({ clock, random, files, internet, link: () => ({ type: 'wifi' }) });
  const engine = createEngine({ clock, random, files, transport, store: createMemoryStore(), rules });
  const app = engine.app({ uid: 7, bundle: 'com.example.app', roots: [root] });
  // A run that tries again has had its chance to touch the disk.
  const isMoving = () =>
    engine.tasks().some(({ progress, tries }) => stateWord(progress.state) === 'running' && tries === 0);

  await refusedWith(() => call.on(app));
  while (isMoving()) await new Promise((resolve) => setImmediate(resolve));
  await engine.close();
}

/** All that a server got, as text. */
function sentTo({ requests }: FileServer): string {
  const decoder = new TextDecoder();
  return requests.map(({ headers, body }) => JSON.stringify(headers) + decoder.decode(body)).join('\n');
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
