import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory, and those on the way that are missing; one that is there is as well.
 * Node's own `recursive` never ends where a system refuses with ENOENT below a parent that exists, as `/proc` does.
 * @throws what the system throws
 */
export function makeDirectory(path: string, mode = 0o777): void {
  const cause = refusal(path, mode);
  if (cause === null) return;
  const parent = dirname(path);
  if (cause.code !== 'ENOENT' || existsSync(parent)) throw cause;
  makeDirectory(parent, mode);
  const again = refusal(path, mode);
  if (again !== null) throw again;
}

/** Null once the directory is there, whoever made it. */
function refusal(path: string, mode: number): NodeJS.ErrnoException | null {
  try {
    mkdirSync(path, { mode });
    return null;
  } catch (cause) {
    return isDirectory(path) ? null : (cause as NodeJS.ErrnoException);
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false; // a file on the way, or a name that is none: what refused the directory says so
  }
}
