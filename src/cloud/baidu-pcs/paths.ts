import { refuse } from './refuse.ts';
import type { App, Settings } from './settings.ts';

/** Lone surrogates too: no address could carry them back to us. */
const illegal = /[\\?|"><:*]|\p{Surrogate}/u;
const illegalEdge = /^[.\s]|[.\s]$/u;

export function rootOf({ folder }: Pick<App, 'folder'>): string {
  return `/apps/${folder}`;
}

/**
 * A path as the entries know it: without a slash at its end, and none twice.
 * @throws Refusal  31062 for one that is malformed, 31064 for one outside of `root`.
 */
export function checkPath(text: string, root: string, limits: Settings['limits']): string {
  const names = text.split('/').filter((name) => name !== '');
  const path = `/${names.join('/')}`;
  if (!text.startsWith('/') || [...path].length > limits.pathCharactersMax) throw refuse(31062);
  if (names.some((name) => illegal.test(name) || illegalEdge.test(name))) throw refuse(31062);
  if (!isWithin(path, root)) throw refuse(31064);
  return path;
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

/** The folder itself, or below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || isBelow(path, folder);
}

/** All folders between the application's and the path's own parent, from the top; the application's is not among them. */
export function foldersAbove(path: string, root: string): readonly string[] {
  const above: string[] = [];
  for (let folder = parentOf(path); isBelow(folder, root); folder = parentOf(folder)) above.unshift(folder);
  return above;
}
