import { refuse } from './failure.ts';
import type { Limits } from './settings.ts';

/** What a new file or folder may be called, with all of the names above it. @throws 4000319 … 4000332 */
export function checkNewPath(path: string, limits: Limits, kind: 'file' | 'folder'): void {
  for (const name of path.split('/')) checkName(name, limits, kind);
  if (path.length > limits.pathCharsMax) throw refuse(4000332);
}

/** A name that came without its folder may hold slashes too. */
export function checkName(name: string, { nameCharsMax }: Limits, kind: 'file' | 'folder'): void {
  if (name.trim() === '') throw refuse(4000319);
  if (/[/\\:*?"<>|]/.test(name)) throw refuse(4000321);
  if (name === '.' || name === '..') throw refuse(4000322);
  if (name.length <= nameCharsMax) return;
  throw kind === 'file' ? refuse(4000331) : refuse(4000323, { fill: String(nameCharsMax) });
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Empty for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** In small letters, without a dot; empty for none. */
export function extensionOf(path: string): string {
  return /[^.]\.([^.]+)$/.exec(nameOf(path))?.[1]?.toLowerCase() ?? '';
}

export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** Is it the folder itself, or below it? */
export function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** `a/b.txt`, `a/b(1).txt`, `a/b(2).txt` … until one is free. */
export function freePath(path: string, isTaken: (path: string) => boolean): string {
  const dot = path.lastIndexOf('.');
  const cut = dot > path.lastIndexOf('/') + 1 ? dot : path.length;
  let free = path;
  for (let number = 1; isTaken(free); number++) free = `${path.slice(0, cut)}(${number})${path.slice(cut)}`;
  return free;
}
