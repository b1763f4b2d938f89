import type { Request } from '../api/task-engine.ts';
import { FileTrouble } from '../ports/files.ts';
import { type MemoryFiles, serverOrigin } from '../sim/index.ts';
import { Handles } from './handles.ts';
import type { Life } from './life.ts';
import type { Device, DeviceFiles } from './types.ts';

export interface MadeDevice {
  readonly device: Device;
  readonly handles: Handles;
}

/** What one process of the app holds in its hands. */
export function makeDevice(
  life: Life,
  files: DeviceFiles,
  made: (args: readonly unknown[]) => string | null,
): MadeDevice {
  const handles = new Handles(life);
  const listen = (to: 'foreground' | 'background') => (listener: () => void) => {
    if (life.works()) life.visible[to].add(listener);
  };
  const device: Device = {
    request: requestOf(life, handles, made),
    context: life.app.context,
    url: (path) => `${serverOrigin}${path.startsWith('/') ? path : `/${path}`}`,
    files,
    onForeground: listen('foreground'),
    onBackground: listen('background'),
  };
  return { device, handles };
}

/** Calls that give the client a task object. */
const givesTask = new Set(['create', 'getTask', 'download', 'downloadFile', 'upload', 'uploadFile']);

/** The module as the client sees it: the same names, whose calls are answered when the order of the run says. */
function requestOf(life: Life, handles: Handles, made: (args: readonly unknown[]) => string | null): Request {
  const wrapped = (module: () => object) =>
    Object.fromEntries(
      Object.entries(module()).map(([name, value]) => {
        if (typeof value !== 'function') return [name, value];
        const call = (...args: readonly unknown[]) =>
          life.call(name, args, {
            tid: tidIn(name, args),
            answers: true,
            make: (given) => (module() as Record<string, (...args: readonly unknown[]) => unknown>)[name]?.(...given),
            made,
            dress: (value, tid) =>
              givesTask.has(name) && typeof value === 'object' && value !== null ? handles.of(value, tid ?? '') : value,
            text: () => `${name}(${textOf(args)})`,
          });
        return [name, call];
      }),
    );
  const request = wrapped(() => life.app.request);
  return { ...request, agent: wrapped(() => life.app.request.agent) } as unknown as Request;
}

/** The task that a call is about. */
function tidIn(name: string, args: readonly unknown[]): string | null {
  const tid = args.find((each) => typeof each === 'string');
  return tid === undefined || name === 'deleteGroup' || name === 'attachGroup' ? null : tid;
}

function textOf(args: readonly unknown[]): string {
  return args.flatMap((arg) => wordOf(arg)).join(', ');
}

function wordOf(arg: unknown): string[] {
  if (typeof arg === 'string') return [arg];
  if (typeof arg !== 'object' || arg === null) return [];
  const { url, saveas, filePath } = arg as Record<string, unknown>;
  if (typeof url !== 'string') return [];
  const target = saveas ?? filePath;
  return [`${url.replace(serverOrigin, '')}${typeof target === 'string' ? ` → ${target}` : ''}`];
}

/** The sandbox, as far as an app sees it. */
export function sandboxOf(
  disk: MemoryFiles,
  told: { read(path: string, bytes: Uint8Array): void; written(path: string, text: string): void },
): DeviceFiles {
  return {
    read(path) {
      const place = placeOf(path);
      if (disk.look(place).kind !== 'file') return null;
      const bytes = disk.read(place);
      told.read(place, bytes);
      return bytes;
    },
    exists: (path) => disk.look(placeOf(path)).kind === 'file',
    write(path, text) {
      disk.write(placeOf(path), text);
      told.written(placeOf(path), text);
    },
    remove(path) {
      try {
        disk.unlink(placeOf(path));
      } catch (trouble) {
        if (!(trouble instanceof FileTrouble)) throw trouble;
      }
    },
    list: () => disk.list(),
  };
}

const root = '/data';

function placeOf(path: string): string {
  if (path.startsWith('internal://cache/')) return `${root}/${path.slice('internal://cache/'.length)}`;
  return path.startsWith('/') ? path : `${root}/${path.replace(/^\.\//, '')}`;
}
