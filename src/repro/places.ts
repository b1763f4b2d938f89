import type { Action } from '../../machines/vocabulary.ts';

/** Something that is made on the disk, below the cache directory of the app. */
export type DiskAct =
  | { readonly make: 'directory'; readonly name: string }
  | { readonly make: 'file'; readonly name: string }
  | { readonly make: 'link'; readonly name: string; readonly to: string }
  | {
      readonly make: 'mode';
      readonly name: string;
      readonly is: 'file' | 'directory';
      readonly readable: boolean;
      readonly writable: boolean;
    };

interface Place {
  /** What the file of the call is, after “whose file …”. */
  readonly says: string;
  /** As the app writes it; null where an action cannot name such a file. */
  readonly path: string;
  /** What is made before the call. */
  readonly acts: readonly DiskAct[];
  readonly overwrite?: boolean;
}

const up = '../'.repeat(12);
const file = (name: string): DiskAct => ({ make: 'file', name });
const directory = (name: string): DiskAct => ({ make: 'directory', name });
const modeOf =
  (is: 'file' | 'directory') =>
  (name: string, mode: { readonly readable: boolean; readonly writable: boolean }): DiskAct => ({
    make: 'mode',
    name,
    is,
    ...mode,
  });
const [fileMode, directoryMode] = [modeOf('file'), modeOf('directory')];

/**
 * What may be wrong with the file of a call. Which error that is, the checks of the api say; nothing here does.
 * @source harmony-request.md 1.6
 */
export const places = {
  usable: {
    download: { says: 'is new', path: 'file.bin', acts: [] },
    upload: { says: 'is there', path: 'source.bin', acts: [] },
  },
  locked: {
    download: {
      says: 'lies in a directory that may not be written',
      path: 'locked/new.bin',
      acts: [directory('locked'), directoryMode('locked', { readable: true, writable: false })],
    },
    upload: {
      says: 'may not be read, as little as its directory',
      path: 'private/secret.bin',
      acts: [
        directory('private'),
        file('private/secret.bin'),
        fileMode('private/secret.bin', { readable: false, writable: false }),
        directoryMode('private', { readable: false, writable: false }),
      ],
    },
  },
  hidden: {
    download: {
      says: 'lies in a directory that may not be looked into',
      path: 'hidden/new.bin',
      acts: [directory('hidden'), directoryMode('hidden', { readable: false, writable: false })],
    },
    upload: {
      says: 'lies in a directory that may not be looked into',
      path: 'hidden/there.bin',
      acts: [
        directory('hidden'),
        file('hidden/there.bin'),
        directoryMode('hidden', { readable: false, writable: false }),
      ],
    },
  },
  directory: {
    download: { says: 'is a directory', path: 'folder', acts: [directory('folder')] },
    upload: { says: 'is a directory', path: 'folder', acts: [directory('folder')] },
  },
  belowFile: {
    download: { says: 'lies below another file', path: 'a-file/below.bin', acts: [file('a-file')] },
    upload: { says: 'lies below another file', path: 'a-file/below.bin', acts: [file('a-file')] },
  },
  circle: {
    download: {
      says: 'is a link that leads to itself',
      path: 'circle.bin',
      acts: [{ make: 'link', name: 'circle.bin', to: 'circle.bin' }],
    },
    upload: {
      says: 'is a link that leads to itself',
      path: 'circle.bin',
      acts: [{ make: 'link', name: 'circle.bin', to: 'circle.bin' }],
    },
  },
  escaping: {
    download: {
      says: "is a link that leads out of the app's directories",
      path: 'link.bin',
      acts: [{ make: 'link', name: 'link.bin', to: '/etc/passwd' }],
    },
    upload: {
      says: "is a link that leads out of the app's directories",
      path: 'link.bin',
      acts: [{ make: 'link', name: 'link.bin', to: '/etc/passwd' }],
    },
  },
  exists: {
    download: { says: 'exists already', path: 'taken.bin', acts: [file('taken.bin')] },
    upload: null,
  },
  readOnly: {
    download: {
      says: 'is to be overwritten, and may not be',
      path: 'kept.bin',
      acts: [file('kept.bin'), fileMode('kept.bin', { readable: true, writable: false })],
      overwrite: true,
    },
    upload: null,
  },
  missing: {
    download: null,
    upload: { says: 'is not there', path: 'missing.bin', acts: [] },
  },
  outside: {
    download: { says: "lies outside the app's directories", path: '/etc/file.bin', acts: [] },
    upload: { says: "lies outside the app's directories", path: '/etc/passwd', acts: [] },
  },
  malformed: {
    download: { says: 'has a path that leads above the root', path: `${up}file.bin`, acts: [] },
    upload: { says: 'has a path that leads above the root', path: `${up}file.bin`, acts: [] },
  },
} as const satisfies Record<string, Readonly<Record<Action, Place | null>>>;
export type PlaceName = keyof typeof places;
export const placeNames = Object.keys(places) as PlaceName[];

/** Null where the action has no such file. */
export function placeOf(name: PlaceName, action: Action): Place | null {
  return places[name][action];
}
