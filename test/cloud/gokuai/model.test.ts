import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Told } from '../ask.ts';
import { Client } from './client.ts';
import { StoreModel } from './store-model.ts';

const capacityBytes = 4000;
const code = (told: Told): number => told.json?.error_code ?? 0;

const path = fc
  .array(fc.constantFrom('a', 'b', '__proto__', 'c d.txt', '会%+.md'), { minLength: 1, maxLength: 3 })
  .map((names) => names.join('/'));
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.integer({ min: 0, max: 1500 }).map((size) => new Uint8Array(size).fill(size)),
);

/** One thing that a client does, and whether the model says the same of it. */
type Deed = (client: Client, model: StoreModel) => void;

const deeds: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ path, bytes, slice: fc.integer({ min: 150, max: 1500 }) }).map(
    (each): Deed =>
      (client, model) => {
        expect(code(client.upload(each.path, each.bytes, each.slice))).toBe(model.put(each.path, each.bytes));
      },
  ),
  fc.record({ path, bytes }).map(
    (each): Deed =>
      (client, model) => {
        expect(code(client.uploadForm(each.path, each.bytes))).toBe(model.put(each.path, each.bytes));
      },
  ),
  path.map(
    (fullpath): Deed =>
      (client, model) => {
        expect(code(client.call('create_folder', { fullpath }))).toBe(model.makeFolder(fullpath));
      },
  ),
  fc.tuple(path, path).map(
    ([from, to]): Deed =>
      (client, model) => {
        expect(code(client.call('copy', { from_fullpath: from, fullpath: to }))).toBe(model.copy(from, to));
      },
  ),
  fc.tuple(path, path).map(
    ([from, to]): Deed =>
      (client, model) => {
        expect(code(client.call('move', { fullpath: from, dest_fullpath: to }))).toBe(model.move(from, to));
      },
  ),
  fc.tuple(path, fc.boolean()).map(
    ([fullpaths, isForEver]): Deed =>
      (client, model) => {
        const told = client.call('del', { fullpaths, destroy: isForEver ? 1 : 0 });
        expect(code(told)).toBe(model.remove(fullpaths, isForEver));
      },
  ),
  path.map(
    (fullpaths): Deed =>
      (client, model) => {
        expect(code(client.call('recover', { fullpaths }))).toBe(model.recover(fullpaths));
      },
  ),
  path.map(
    (fullpaths): Deed =>
      (client, model) => {
        expect(code(client.call('del_completely', { fullpaths }))).toBe(model.empty(fullpaths));
      },
  ),
  fc.tuple(path, fc.nat(60), fc.nat(60)).map(
    ([each, from, more]): Deed =>
      (client, model) => {
        const whole = model.tree.get(each);
        const told = client.download(each, { Range: `bytes=${from}-${from + more}` });
        if (!(whole instanceof Uint8Array)) expect(told.status).toBe(404);
        else if (from >= whole.length) expect(told.status).toBe(416);
        else expect(told.bytes).toEqual(whole.subarray(from, from + more + 1));
      },
  ),
);

const operations = [
  'ls',
  'create_file',
  'upload_init',
  'upload_part',
  'upload_finish',
  'web_upload',
  'copy',
  'move',
  '*',
];
const faults = fc.array(
  fc.record({
    on: fc.constantFrom(...operations),
    every: fc.integer({ min: 2, max: 4 }),
    code: fc.constantFrom(500, 50001, 50302),
    // Rules together could strike every call.
    times: fc.constant(20),
  }),
  { maxLength: 3 },
);

it('a library holds what a map of paths would, whatever fails in between', () => {
  fc.assert(
    fc.property(fc.array(deeds, { maxLength: 16, size: 'max' }), faults, (sequence, rules) => {
      const client = stubborn(new Client({ settings: { libraries: [{ capacityBytes }] }, faults: rules }));
      const model = new StoreModel(capacityBytes);

      for (const deed of sequence) {
        deed(client, model);
        const { size, size_recycle } = client.call('stat').json;
        expect({ size, size_recycle }).toEqual({ size: model.size, size_recycle: model.binSize });
      }

      expect(everything(client, '')).toEqual([...model.tree.keys()].sort());
      for (const [each, whole] of model.tree) if (whole !== null) expect(client.download(each).bytes).toEqual(whole);
    }),
    { numRuns: 300 },
  );
});

/** Asks again after each 500, as the table advises: so a refused call must have changed nothing. */
function stubborn(client: Client): Client {
  const ask = client.desk.ask.bind(client.desk);
  client.desk.ask = (asked) => {
    for (let tries = 0; tries < 100; tries++) {
      const told = ask(asked);
      if (told.status !== 500) return told;
    }
    throw new Error('a fault rule strikes for ever');
  };
  return client;
}

function everything(client: Client, folder: string): readonly string[] {
  const { list } = client.call('ls', { fullpath: folder, size: 1000 }).json;
  return list
    .flatMap(({ fullpath, dir }: { fullpath: string; dir: number }) => [
      fullpath,
      ...(dir === 1 ? everything(client, fullpath) : []),
    ])
    .sort();
}
