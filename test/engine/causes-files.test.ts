import { describe, expect, it } from 'vitest';
import type { Rules } from '../../machines/vocabulary.ts';
import { serverOrigin, type World } from '../../src/sim/index.ts';
import { bothRules, expectRefusal, slowWorld, thrownBy, uploadOf } from '../support/worlds.ts';

type Codes = Readonly<Record<'agent' | Rules, number>>;

/** A path that cannot be used, the disk that makes it so, and what the callers of each API read. */
const downloads: readonly (readonly [what: string, path: string, disk: (world: World) => void, codes: Codes])[] = [
  [
    'exists',
    '/data/old',
    ({ disk }) => disk.write('/data/old', 'old'),
    { agent: 13400001, documented: 13400002, device: 13400002 },
  ],
  [
    'is a directory',
    '/data/dir',
    ({ disk }) => disk.makeDirectory('/data/dir'),
    { agent: 13400001, documented: 13400001, device: 13400001 },
  ],
  [
    'has a parent that is a file',
    '/data/file/x',
    ({ disk }) => disk.write('/data/file', 'file'),
    { agent: 13400001, documented: 13400001, device: 13400001 },
  ],
  [
    'lies in a directory that may not be written',
    '/data/locked/x',
    ({ disk }) => {
      disk.makeDirectory('/data/locked');
      disk.setMode('/data/locked', { writable: false });
    },
    { agent: 13400001, documented: 13400001, device: 13400001 },
  ],
  [
    'lies in a directory that may not be looked into',
    '/data/hidden/x',
    ({ disk }) => {
      disk.makeDirectory('/data/hidden');
      disk.setMode('/data/hidden', { readable: false });
    },
    { agent: 13400001, documented: 13400001, device: 13400001 },
  ],
  [
    'cannot be opened by a broken disk',
    '/data/broken',
    ({ disk }) => disk.fail('/data/broken', 'io'),
    { agent: 13400001, documented: 13400001, device: 13400001 },
  ],
  [
    'is a link that leads out',
    '/data/link',
    ({ disk }) => disk.makeLink('/data/link', '/etc/passwd'),
    { agent: 13400001, documented: 13400002, device: 13400001 },
  ],
  ['lies outside the roots', '/etc/passwd', () => {}, { agent: 401, documented: 13400002, device: 401 }],
  ['leads above the root', '/data/../../x', () => {}, { agent: 401, documented: 13400002, device: 401 }],
  ['ends with a slash', '/data/x/', () => {}, { agent: 401, documented: 13400002, device: 401 }],
];

const uploads: readonly (readonly [what: string, name: string, disk: (world: World) => void, codes: Codes])[] = [
  [
    'is missing',
    'none',
    ({ disk }) => disk.makeDirectory('/data'),
    { agent: 13400001, documented: 13400002, device: 13400002 },
  ],
  [
    'is a directory',
    'dir',
    ({ disk }) => disk.makeDirectory('/data/dir'),
    { agent: 13400001, documented: 13400001, device: 13400002 },
  ],
  [
    'may not be read',
    'secret',
    ({ disk }) => {
      disk.write('/data/secret', 'secret');
      disk.setMode('/data/secret', { readable: false });
    },
    { agent: 13400001, documented: 13400001, device: 13400002 },
  ],
  ['lies outside the roots', '../etc/x', () => {}, { agent: 401, documented: 13400002, device: 401 }],
];

const context = (world: World) => world.app.context;

describe.each(bothRules)('a download by the rules of %s, to a target that', (rules) => {
  describe.each(downloads)('%s', (_, path, prepare, codes) => {
    it(`throws ${codes.agent} from create, with a callback too`, () => {
      const world = slowWorld({ rules });
      prepare(world);
      const { agent } = world.app.request;
      const config = { action: agent.Action.DOWNLOAD, url: `${serverOrigin}/small`, saveas: path };
      const before = world.disk.snapshot();
      const called: unknown[] = [];

      expectRefusal(
        thrownBy(() => agent.create(context(world), config)),
        codes.agent,
      );
      expectRefusal(
        thrownBy(() => agent.create(context(world), config, (...args) => called.push(args))),
        codes.agent,
      );
      expect(called).toEqual([]);
      expect(world.disk.snapshot()).toEqual(before);
      expect(world.engine.tasks()).toEqual([]);
    });

    it(`throws ${codes[rules]} from downloadFile, with a callback too`, () => {
      const world = slowWorld({ rules });
      prepare(world);
      const { downloadFile, download } = world.app.request;
      const config = { url: `${serverOrigin}/small`, filePath: path };
      const before = world.disk.snapshot();
      const called: unknown[] = [];

      expectRefusal(
        thrownBy(() => downloadFile(context(world), config)),
        codes[rules],
      );
      expectRefusal(
        thrownBy(() => downloadFile(context(world), config, (...args) => called.push(args))),
        codes[rules],
      );
      expect(() => download(config)).toThrow();
      expect(called).toEqual([]);
      expect(world.disk.snapshot()).toEqual(before);
    });
  });
});

describe.each(bothRules)('an upload by the rules of %s, of a file that', (rules) => {
  describe.each(uploads)('%s', (_, name, prepare, codes) => {
    it(`throws ${codes.agent} from create`, () => {
      const world = slowWorld({ rules });
      prepare(world);
      const { agent } = world.app.request;
      const data = [{ name: 'file', value: { path: `./${name}` } }];

      const refusal = thrownBy(() =>
        agent.create(context(world), { action: agent.Action.UPLOAD, url: `${serverOrigin}/up`, data }),
      );

      expectRefusal(refusal, codes.agent);
      expect(world.engine.tasks()).toEqual([]);
    });

    it(`throws ${codes[rules]} from uploadFile`, () => {
      const world = slowWorld({ rules });
      prepare(world);
      const files = [{ filename: 'f', name: 'f', uri: `internal://cache/${name}`, type: 'bin' }];
      const config = { url: `${serverOrigin}/up`, header: {}, method: 'PUT', files, data: [] };

      expectRefusal(
        thrownBy(() => world.app.request.uploadFile(context(world), config)),
        codes[rules],
      );
      expect(world.engine.tasks()).toEqual([]);
    });
  });

  it('has a parent that is a file throws as a file that cannot be opened', () => {
    const world = slowWorld({ rules });
    world.disk.write('/data/file', 'file');
    const files = [{ filename: 'f', name: 'f', uri: 'internal://cache/file/x', type: 'bin' }];
    const config = { url: `${serverOrigin}/up`, header: {}, method: 'PUT', files, data: [] };

    const code = thrownBy(() => world.app.request.uploadFile(context(world), config)).code;

    // A device wants the parent to exist before it looks at the file.
    expect(code).toBe(rules === 'documented' ? 13400001 : 401);
  });
});

describe('an overwritten target', () => {
  it('may be any file, but not one that cannot be written', () => {
    const world = slowWorld();
    world.disk.write('/data/old', 'old');
    world.disk.setMode('/data/old', { writable: false });
    const { agent } = world.app.request;
    const config = {
      action: agent.Action.DOWNLOAD,
      url: `${serverOrigin}/small`,
      saveas: '/data/old',
      overwrite: true,
    };

    expectRefusal(
      thrownBy(() => agent.create(context(world), config)),
      13400001,
      /cannot be written/,
    );
    expect(new TextDecoder().decode(world.disk.read('/data/old'))).toBe('old');
  });

  it('is empty from the creation of its task on', async () => {
    const world = slowWorld();
    world.disk.write('/data/old', 'old');

    await world.create({ url: `${serverOrigin}/small`, saveas: '/data/old' });

    expect(world.disk.read('/data/old')).toHaveLength(0);
  });

  it('is in the way of the next task that may not overwrite it', async () => {
    const world = slowWorld();
    const { agent } = world.app.request;
    const config = { action: agent.Action.DOWNLOAD, url: `${serverOrigin}/small`, saveas: '/data/new' };
    await agent.create(context(world), config);

    expectRefusal(
      thrownBy(() => agent.create(context(world), config)),
      13400001,
      /config.saveas exists/,
    );
  });
});

/** Refusals of the service, which come after the target was claimed. */
const late: readonly (readonly [code: number, prepare: (world: World) => void, overrides: object])[] = [
  [13400003, ({ engine }) => engine.setService('unavailable'), {}],
  [21900005, ({ app }) => app.toBackground(), { mode: 1 }],
  [21900004, () => {}, {}],
];

describe.each(late)('a create that is refused with %i', (code, prepare, overrides) => {
  it.each(['/data/old', '/data/new'])('leaves %s as it was', async (saveas) => {
    const world = slowWorld({ limits: { backgroundTasksMax: code === 21900004 ? 0 : 9 } });
    world.disk.write('/data/old', 'old');
    const before = world.disk.snapshot();
    prepare(world);

    await expect(world.create({ saveas, ...overrides })).rejects.toMatchObject({ code });

    expect(world.disk.snapshot()).toEqual(before);
    expect(world.engine.tasks()).toEqual([]);
  });

  it('leaves an upload and its files alone', async () => {
    const world = slowWorld({ limits: { backgroundTasksMax: code === 21900004 ? 0 : 9 } });
    const config = uploadOf(world, [10]);
    prepare(world);

    await expect(world.create({ ...config, ...overrides })).rejects.toMatchObject({ code });

    expect(world.disk.read('/data/part0.bin')).toHaveLength(10);
  });
});

it('a device empties, or makes, the target of a create that it refuses', async () => {
  const world = slowWorld({ rules: 'device', limits: { backgroundTasksMax: 0 } });
  world.disk.write('/data/old', 'old');

  await expect(world.create({ saveas: '/data/old' })).rejects.toMatchObject({ code: 21900004 });
  await expect(world.create({ saveas: '/data/new' })).rejects.toMatchObject({ code: 21900004 });

  expect(world.disk.snapshot()).toEqual({ '/data/new': new Uint8Array(), '/data/old': new Uint8Array() });
});
