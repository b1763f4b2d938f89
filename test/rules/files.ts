import type { Rules } from '../../machines/vocabulary.ts';
import { createWorld, serverOrigin, type World } from '../../src/sim/index.ts';
import { legacyUploadOf, slowWorld } from '../support/worlds.ts';
import { type Cases, outcome } from './case.ts';

/** What `downloadFile` answers about a target, `uploadFile` about a file. */
function legacyDownload(rules: Rules, filePath: string, prepare: (world: World) => void = () => {}): Promise<unknown> {
  const world = createWorld({ rules });
  prepare(world);
  const { context, request } = world.app;
  return outcome(() => request.downloadFile(context, { url: `${serverOrigin}/small`, filePath }));
}

function legacyUpload(rules: Rules, uri: string, prepare: (world: World) => void): Promise<unknown> {
  const world = createWorld({ rules });
  prepare(world);
  const files = [{ filename: 'f', name: 'f', uri, type: 'bin' }];
  const config = { url: `${serverOrigin}/up`, header: {}, method: 'PUT', files, data: [] };
  return outcome(() => world.app.request.uploadFile(world.app.context, config));
}

/** Files, and the calls that name them. */
export const files = {
  emptyTargetAtOnce: {
    async see(rules) {
      const world = slowWorld({ rules, limits: { backgroundTasksMax: 0 } });
      world.disk.write('/data/old', 'old');
      const codes = [
        await outcome(() => world.create({ saveas: '/data/old' })),
        await outcome(() => world.create({ saveas: '/data/new' })),
      ];
      return [...codes, new TextDecoder().decode(world.disk.read('/data/old')), world.disk.list()];
    },
    documented: [21900004, 21900004, 'old', ['/data/old']],
    device: [21900004, 21900004, '', ['/data/new', '/data/old']],
  },
  actionByMembers: {
    async see(rules) {
      const world = slowWorld({ rules });
      const { context, request } = world.app;
      await request.downloadFile(context, { ...legacyUploadOf(world, [10]), filePath: '/data/x' });
      return world.engine.tasks().map(({ action }) => action);
    },
    documented: [0],
    device: [1],
  },
  uploadParentFirst: {
    see: (rules) => legacyUpload(rules, 'internal://cache/file/x', ({ disk }) => disk.write('/data/file', 'file')),
    documented: 13400001,
    device: 401,
  },
  badFormError: {
    see: (rules) => legacyDownload(rules, '/etc/passwd'),
    documented: 13400002,
    device: 401,
  },
  escapingError: {
    see: (rules) => legacyDownload(rules, '/data/link', ({ disk }) => disk.makeLink('/data/link', '/etc/passwd')),
    documented: 13400002,
    device: 13400001,
  },
  unreadableError: {
    see: (rules) =>
      legacyUpload(rules, 'internal://cache/secret', ({ disk }) => {
        disk.write('/data/secret', 'secret');
        disk.setMode('/data/secret', { readable: false });
      }),
    documented: 13400001,
    device: 13400002,
  },
} satisfies Cases;
