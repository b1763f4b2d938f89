import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Scenario } from '../../../src/cloud/scenario.ts';
import { Client, cosHost, tag, tags, toTarget } from './client.ts';

type Faults = NonNullable<Scenario['faults']>;

/** What a store is: names and bytes. Beside it the world as a client sees it. */
class Model {
  readonly files = new Map<string, Uint8Array>();
  readonly client: Client;

  constructor(faults: Faults) {
    this.client = new Client({ settings: { limits: { sliceBytesMin: 1 } }, faults });
  }
}

type Step = (model: Model) => void;

const names = ['a', 'b/1', 'b/ü 2', '__proto__', 'constructor', '%41+&', "it's", 'c/d/e/', '\u{1f6a2}'];
const key = fc.constantFrom(...names);
const bytes = fc.uint8Array({ maxLength: 60 });
/** Faults strike whole calls: what was refused has changed nothing. */
const isRefused = (status: number) => status >= 500;

const put = fc.tuple(key, bytes).map(
  ([name, body]): Step =>
    ({ client, files }) => {
      const told = client.put(name, body);
      if (isRefused(told.status)) return;
      expect(told.status).toBe(200);
      files.set(name, body);
    },
);

const remove = key.map(
  (name): Step =>
    ({ client, files }) => {
      const told = client.ask({ method: 'DELETE', target: toTarget(name) });
      if (isRefused(told.status)) return;
      expect(told.status).toBe(204);
      files.delete(name);
    },
);

const copy = fc.tuple(key, key).map(
  ([from, to]): Step =>
    ({ client, files }) => {
      const told = client.put(to, '', { 'x-cos-copy-source': cosHost + toTarget(from) });
      if (isRefused(told.status)) return;
      const source = files.get(from);
      expect(told.status).toBe(source === undefined ? 404 : 200);
      if (source !== undefined) files.set(to, source);
    },
);

/** Cuts the bytes anywhere, sends the slices in any order, and some of them twice. */
const putSliced = fc
  .record({
    name: key,
    body: fc.uint8Array({ minLength: 1, maxLength: 60 }),
    cuts: fc.array(fc.nat(60), { maxLength: 4 }),
    turn: fc.nat(4),
  })
  .map(
    ({ name, body, cuts, turn }): Step =>
      ({ client, files }) => {
        const marks = [...new Set([0, ...cuts.filter((cut) => cut < body.length), body.length])].sort((x, y) => x - y);
        const slices = marks.slice(1).map((end, at) => ({ number: at + 1, bytes: body.slice(marks[at], end) }));
        const begun = client.ask({ method: 'POST', target: `${toTarget(name)}?uploads` });
        if (isRefused(begun.status)) return;
        const id = tag(begun.text, 'UploadId');
        const turned = [...slices.slice(turn), ...slices];
        for (const slice of turned) {
          const target = `${toTarget(name)}?partNumber=${slice.number}&uploadId=${id}`;
          // Tried again until it is taken: no rule strikes forever.
          while (isRefused(client.ask({ method: 'PUT', target, body: slice.bytes }).status));
        }
        const parts = slices.map(({ number, bytes: part }) => {
          const etag = createHash('md5').update(part).digest('hex');
          return `<Part><PartNumber>${number}</PartNumber><ETag>"${etag}"</ETag></Part>`;
        });
        const done = client.ask({
          method: 'POST',
          target: `${toTarget(name)}?uploadId=${id}`,
          body: `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`,
        });
        if (isRefused(done.status)) return;
        expect(done.status).toBe(200);
        files.set(name, body);
      },
  );

const get = fc.record({ name: key, from: fc.nat(70), size: fc.nat(70) }).map(({ name, from, size }): Step => {
  return ({ client, files }) => {
    const told = client.get(name, '', { range: `bytes=${from}-${from + size}` });
    if (isRefused(told.status)) return;
    const file = files.get(name);
    if (file === undefined) return expect(told.status).toBe(404);
    expect(told.status).toBe(from < file.length ? 206 : 416);
    if (told.status === 206) expect(told.bytes).toEqual(file.slice(from, from + size + 1));
  };
});

const list = fc.constant(((model) => {
  const told = model.client.ask({ target: '/?encoding-type=url' });
  if (!isRefused(told.status)) expectListed(told.text, model);
}) satisfies Step as Step);

function expectListed(text: string, { files }: Model): void {
  const entries = [...files].sort(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  expect(tags(text, 'Key').map(decodeURIComponent)).toEqual(entries.map(([name]) => name));
  expect(tags(text, 'Size').map(Number)).toEqual(entries.map(([, file]) => file.length));
}

const operations = ['upload', 'download', 'uploadSlice', 'completeSlices', 'copy', 'delete', 'list', '*'];
const codes = [-164, -29214, -901, -120, 1007, 1020, 'Other'];
const faults: fc.Arbitrary<Faults> = fc.array(
  fc.record({
    on: fc.constantFrom(...operations),
    every: fc.integer({ min: 2, max: 5 }),
    times: fc.integer({ min: 1, max: 4 }),
    code: fc.constantFrom(...codes),
  }),
  { maxLength: 3 },
);

it('keeps what was uploaded, byte for byte, whatever is refused in between', () => {
  fc.assert(
    fc.property(
      faults,
      fc.array(fc.oneof(put, put, putSliced, get, copy, remove, list), { maxLength: 25, size: 'medium' }),
      (rules, steps) => {
        const model = new Model(rules);

        for (const step of steps) step(model);

        // Each rule strikes four times at most, and not twice in a row.
        const until = (ask: () => ReturnType<Client['ask']>) => {
          let told = ask();
          while (isRefused(told.status)) told = ask();
          return told;
        };
        for (const name of names) {
          const told = until(() => model.client.get(name));
          expect(told.status).toBe(model.files.has(name) ? 200 : 404);
          if (told.status === 200) expect(told.bytes).toEqual(model.files.get(name));
        }
        expectListed(until(() => model.client.ask({ target: '/?encoding-type=url' })).text, model);
      },
    ),
    { numRuns: 300 },
  );
});
