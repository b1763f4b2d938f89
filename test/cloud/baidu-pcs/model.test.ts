import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytes, Client, md5, root } from './client.ts';

/** What a drive should hold: path → contents; null for a folder. */
type Model = Map<string, Uint8Array | null>;

interface World {
  readonly client: Client;
  readonly model: Model;
}

type Action = (world: World) => void;

const quotaBytes = 2000;
const faults = [{ on: '*', every: 7, code: 31212 }];

const names = fc.constantFrom('a', 'b', 'c d', '__proto__', 'e%+', '文');
const paths = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => [root, ...parts].join('/'));
const contents = fc.tuple(fc.nat({ max: 700 }), fc.nat({ max: 3 })).map(([size, seed]) => bytes(size, seed));

const actions: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(paths, contents, fc.boolean()).map(([path, content, over]) => upload(path, content, over)),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(paths, contents, fc.integer({ min: 1, max: 99 })).map((drawn) => uploadSliced(...drawn)),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(paths, fc.nat({ max: 800 }), fc.nat({ max: 800 })).map((drawn) => download(...drawn)),
  },
  { weight: 1, arbitrary: paths.map(makeFolder) },
  { weight: 2, arbitrary: fc.tuple(paths, paths).map(([from, to]) => move(from, to)) },
  { weight: 2, arbitrary: fc.tuple(paths, paths).map(([from, to]) => copy(from, to)) },
  { weight: 2, arbitrary: paths.map(remove) },
  { weight: 1, arbitrary: fc.constant(removeAndRestore) },
);

it('holds what was put into it, whatever was asked before', () => {
  fc.assert(
    fc.property(fc.array(actions, { maxLength: 15 }), fc.boolean(), (list, isFaulty) => {
      const settings = { users: [{ quotaBytes }], limits: { blocksMin: 1 } };
      const client = new Client({ settings, faults: isFaulty ? faults : [] });
      const world: World = { client, model: new Map([[root, null]]) };

      for (const act of list) act(world);

      agree(world);
    }),
    { numRuns: 300 },
  );
});

function upload(path: string, content: Uint8Array, over: boolean): Action {
  return ({ client, model }) => {
    const told = client.upload(path, content, over ? { ondup: 'overwrite' } : {});
    if (told.json.error_code === 31212) return;

    const wanted = put(model, path, content, over);
    expect(told.json.error_code ?? 0).toBe(wanted);
    if (wanted === 0) expect(told.json).toMatchObject({ path, size: content.length, md5: md5(content) });
  };
}

function uploadSliced(path: string, content: Uint8Array, sliceBytes: number): Action {
  return ({ client, model }) => {
    const slices: Uint8Array[] = [];
    for (let at = 0; at === 0 || at < content.length; at += sliceBytes)
      slices.push(content.subarray(at, at + sliceBytes));
    const blocks = slices.map((slice) => {
      // What a fault has swallowed is sent once more.
      const told = client.slice(slice);
      return told.status === 200 ? told.json.md5 : client.slice(slice).json.md5;
    });

    const told = client.superfile(path, blocks);
    if (told.json.error_code === 31212) return;

    expect(told.json.error_code ?? 0).toBe(put(model, path, content, false));
  };
}

function download(path: string, from: number, size: number): Action {
  return ({ client, model }) => {
    const told = client.download(path, { range: `bytes=${from}-${from + size}` });
    if (told.json?.error_code === 31212) return;

    const content = model.get(path);
    if (!content) expect(told.json.error_code).toBe(31066);
    else if (from >= content.length) expect(told.status).toBe(416);
    else expect([told.status, told.bytes]).toEqual([206, content.slice(from, from + size + 1)]);
  };
}

function makeFolder(path: string): Action {
  return ({ client, model }) => {
    const told = client.mkdir(path);
    if (told.json.error_code === 31212) return;

    const wanted = model.has(path) ? 31061 : hasFileAbove(model, path) ? 31068 : 0;
    expect(told.json.error_code ?? 0).toBe(wanted);
    if (wanted === 0) putWithFolders(model, path, null);
  };
}

function move(from: string, to: string): Action {
  return ({ client, model }) => {
    const told = client.move(from, to);
    if (told.json.error_code === 31212) return;

    const wanted = targetTrouble(model, from, to, 31072);
    expect(told.json.error_code ?? 0).toBe(wanted);
    if (wanted !== 0) return;
    for (const [path, content] of below(model, from)) {
      model.delete(path);
      putWithFolders(model, to + path.slice(from.length), content);
    }
  };
}

function copy(from: string, to: string): Action {
  return ({ client, model }) => {
    const told = client.copy(from, to);
    if (told.json.error_code === 31212) return;

    const tree = below(model, from);
    const bytesMore = usedBy(new Map(tree));
    const wanted =
      bytesMore > 0 && usedBy(model) + bytesMore > quotaBytes ? 31112 : targetTrouble(model, from, to, 31069);
    expect(told.json.error_code ?? 0).toBe(wanted);
    if (wanted === 0) for (const [path, content] of tree) putWithFolders(model, to + path.slice(from.length), content);
  };
}

function remove(path: string): Action {
  return ({ client, model }) => {
    const told = client.remove(path);
    if (told.json.error_code === 31212) return;

    expect(told.json.error_code ?? 0).toBe(model.has(path) ? 0 : 31066);
    for (const [each] of below(model, path)) model.delete(each);
  };
}

/** Whatever stands in the application's folder: away, and back. */
function removeAndRestore({ client, model }: World): void {
  const [first] = steadily(() => client.list(root)).json.list;
  if (first === undefined) return;
  const files = below(model, first.path);

  expect(steadily(() => client.remove(first.path)).status).toBe(200);
  expect(steadily(() => client.get('quota', { method: 'info' })).json.used).toBe(
    usedBy(model) - usedBy(new Map(files)),
  );
  expect(steadily(() => client.restore(first.fs_id)).status).toBe(200);
}

/** Asks the server about everything, and the model. */
function agree({ client, model }: World): void {
  for (const [path, content] of model) {
    if (content !== null) {
      expect(steadily(() => client.download(path)).bytes).toEqual(content);
      continue;
    }
    const told: { path: string }[] = steadily(() => client.list(path)).json.list;
    const children = [...model.keys()].filter((each) => each.slice(0, each.lastIndexOf('/')) === path);
    expect(told.map((item) => item.path).sort()).toEqual(children.sort());
  }
  expect(steadily(() => client.get('quota', { method: 'info' })).json.used).toBe(usedBy(model));
  const { entries } = steadily(() => client.get('file', { method: 'diff', cursor: 'null' })).json;
  expect(entries).toHaveLength(model.size - 1);
}

/** Once more after a fault: no two in a row are struck. */
function steadily(ask: () => ReturnType<Client['list']>): ReturnType<Client['list']> {
  const told = ask();
  return told.json?.error_code === 31212 ? ask() : told;
}

function put(model: Model, path: string, content: Uint8Array, over: boolean): number {
  const there = model.get(path);
  const more = content.length - (over ? (there?.length ?? 0) : 0);
  if (more > 0 && usedBy(model) + more > quotaBytes) return 31112;
  if (there === null || (there !== undefined && !over)) return 31061;
  if (there === undefined && hasFileAbove(model, path)) return 31068;
  putWithFolders(model, path, content);
  return 0;
}

function targetTrouble(model: Model, from: string, to: string, failed: number): number {
  if (!model.has(from)) return 31066;
  if (model.has(to)) return 31061;
  if (to.startsWith(`${from}/`)) return failed;
  return hasFileAbove(model, to) ? 31068 : 0;
}

function putWithFolders(model: Model, path: string, content: Uint8Array | null): void {
  for (const folder of above(path)) if (!model.has(folder)) model.set(folder, null);
  model.set(path, content);
}

function hasFileAbove(model: Model, path: string): boolean {
  return above(path).some((folder) => model.get(folder) instanceof Uint8Array);
}

function above(path: string): string[] {
  const parts = path.slice(root.length + 1).split('/');
  return parts.slice(0, -1).map((_, at) => [root, ...parts.slice(0, at + 1)].join('/'));
}

function below(model: Model, path: string): [string, Uint8Array | null][] {
  return [...model].filter(([each]) => each === path || each.startsWith(`${path}/`));
}

function usedBy(model: Model): number {
  return [...model.values()].reduce((sum, content) => sum + (content?.length ?? 0), 0);
}
