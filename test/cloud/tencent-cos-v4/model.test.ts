import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Told } from '../ask.ts';
import { Client, openDesk, sha1 } from './client.ts';

/** The obvious store: names and bytes. Folders, once there, stay. */
interface Model {
  readonly files: Map<string, Uint8Array>;
  readonly folders: Set<string>;
}

type Real = Client;
type Command = fc.Command<Model, Real>;

const bytesMax = 60;
const scenario = {
  settings: {
    apps: [
      {
        appid: '10000000',
        secrets: [{ secretId: 'AKIDEXAMPLE', secretKey: 'SKEXAMPLE' }],
        buckets: [{ name: 'bkt', bytesMax }],
      },
    ],
    limits: { sliceSizes: [3, 5] },
  },
};

const names = ['a', 'd/b', 'd/__proto__', 'e/f/名 +%', '__proto__', 'd'] as const;
const pathOf = fc.constantFrom(...names);
const contentOf = fc.uint8Array({ minLength: 1, maxLength: 25 });

/** What the model says a file there would meet. */
function obstacle({ files, folders }: Model, path: string, size: number): 0 | -289 | -178 {
  const used = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  const growth = size - (files.get(path)?.length ?? 0);
  if (growth > 0 && used + growth > bytesMax) return -289;
  return folders.has(`${path}/`) || foldersOf(path).some((folder) => files.has(folder.slice(0, -1))) ? -178 : 0;
}

function foldersOf(path: string): string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1));
}

function put(model: Model, path: string, bytes: Uint8Array): void {
  model.files.set(path, bytes);
  for (const folder of foldersOf(path)) model.folders.add(folder);
}

function command(name: string, run: (model: Model, real: Real) => void): Command {
  return { check: () => true, run, toString: () => name };
}

const commands = [
  fc.tuple(pathOf, contentOf, fc.boolean()).map(([path, bytes, overwrite]) =>
    command(`upload ${path} ${bytes.length} ${overwrite}`, (model, real) => {
      const there = model.files.get(path);
      const blocked = obstacle(model, path, bytes.length);
      const taken = there !== undefined && !overwrite && sha1(there) !== sha1(bytes) ? -177 : 0;

      const { json } = real.upload(path, bytes, { insertOnly: overwrite ? 0 : 1 });

      expect(json.code).toBe(blocked || taken);
      if (json.code === 0) put(model, path, bytes);
    }),
  ),
  fc.tuple(pathOf, contentOf, fc.constantFrom(3, 4, 5), fc.integer()).map(([path, bytes, sliceSize, seed]) =>
    command(`slice ${path} ${bytes.length} by ${sliceSize} ${seed}`, (model, real) => {
      const blocked = obstacle(model, path, bytes.length);

      const { json } = real.slice(path, bytes, sliceSize, (offsets) =>
        offsets.toSorted((one, other) => Math.sin(one + seed) - Math.sin(other + seed)),
      );

      expect(json.code).toBe(blocked);
      if (json.code === 0) put(model, path, bytes);
    }),
  ),
  pathOf.map((path) =>
    command(`delete ${path}`, (model, real) => {
      expect(real.say('delete', path).json.code).toBe(model.files.delete(path) ? 0 : -197);
    }),
  ),
  fc.tuple(fc.constantFrom('move', 'copy'), pathOf, pathOf, fc.boolean()).map(([op, from, to, overwrite]) =>
    command(`${op} ${from} ${to} ${overwrite}`, (model, real) => {
      const bytes = model.files.get(from);
      const expected = codeOfCopy(model, op, { from, to, overwrite });

      const { json } = real.say(op, from, { dest_fileid: `/${to}`, to_over_write: overwrite ? 1 : 0 });

      expect(json.code).toBe(expected);
      if (json.code !== 0 || bytes === undefined || from === to) return;
      if (op === 'move') model.files.delete(from);
      put(model, to, bytes);
    }),
  ),
  fc.tuple(pathOf, fc.nat(30), fc.nat(30)).map(([path, from, length]) =>
    command(`download ${path} ${from}+${length}`, (model, real) => {
      const bytes = model.files.get(path);

      const whole = real.download(path);
      const part = real.download(path, { range: `bytes=${from}-${from + length}` });

      expect(whole.status).toBe(bytes === undefined ? 404 : 200);
      if (bytes === undefined) return;
      expect(whole.bytes).toEqual(bytes);
      expect(part.status).toBe(from < bytes.length ? 206 : 416);
      if (part.status === 206) expect(part.bytes).toEqual(bytes.subarray(from, from + length + 1));
    }),
  ),
  fc.integer({ min: 1, max: 4 }).map((num) =>
    command(`list by ${num}`, (model, real) => {
      const listed = ['', 'd/', 'e/', 'e/f/'].flatMap((folder) => pages(real, folder, num));

      expect(listed.filter((name) => !name.endsWith('/')).sort()).toEqual([...model.files.keys()].sort());
      expect(listed.filter((name) => name.endsWith('/')).sort()).toEqual([...model.folders].sort());
    }),
  ),
];

function codeOfCopy(
  model: Model,
  op: string,
  { from, to, overwrite }: { readonly from: string; readonly to: string; readonly overwrite: boolean },
): number {
  const bytes = model.files.get(from);
  if (bytes === undefined) return -197;
  const blocked = obstacle(model, to, bytes.length);
  if (blocked === -178) return -178;
  if (model.files.has(to) && !overwrite) return -177;
  return op === 'copy' ? blocked : 0;
}

function pages(real: Real, folder: string, num: number): string[] {
  const names: string[] = [];
  let context = '';
  do {
    const { data } = real.say('list', folder, { num, context }).json;
    names.push(...data.infos.map(({ name }: { name: string }) => `${folder}${name}`));
    context = data.context;
  } while (context !== '');
  return names;
}

/** Says everything again that a rule struck: a struck call has changed nothing, not even a sign that is good once. */
class Stubborn extends Client {
  override say(...said: Parameters<Client['say']>): Told {
    const told = super.say(...said);
    return told.json.code === struck ? super.say(...said) : told;
  }

  override download(...asked: Parameters<Client['download']>): Told {
    const told = super.download(...asked);
    return told.status === 500 ? super.download(...asked) : told;
  }
}

/** A row that nothing in these commands causes. */
const struck = -9999;

it('what was uploaded is what comes back, with faults in between', () => {
  fc.assert(
    fc.property(
      fc.commands(commands, { maxCommands: 20, size: 'medium' }),
      fc.integer({ min: 2, max: 9 }),
      (cmds, every) => {
        const client = new Stubborn(openDesk({ ...scenario, faults: [{ on: '*', every, code: struck }] }));
        fc.modelRun(
          () => ({ model: { files: new Map<string, Uint8Array>(), folders: new Set<string>() }, real: client }),
          cmds,
        );
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);
