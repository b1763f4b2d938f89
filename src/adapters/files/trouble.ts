import { FileTrouble } from '../../ports/files.ts';

const kinds: Readonly<Record<string, FileTrouble['kind']>> = {
  ENOENT: 'missing',
  EISDIR: 'directory',
  EACCES: 'permission',
  EPERM: 'permission',
  EROFS: 'permission',
  ENOSPC: 'space',
  EDQUOT: 'space',
  EFBIG: 'space', // larger than the file system, or a limit of the process, lets a file grow
};

/** What the system says about a file, in our words. What it did not say is a bug, and goes on as it is. */
export function fileTrouble(cause: unknown): FileTrouble {
  if (cause instanceof FileTrouble) return cause;
  if (!(cause instanceof Error && 'code' in cause && typeof cause.code === 'string')) throw cause;
  return new FileTrouble(kinds[cause.code] ?? 'io', cause.message, { cause });
}

/** Does what may meet trouble, and tells it in our words. */
export function withTrouble<T>(act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw fileTrouble(cause);
  }
}
