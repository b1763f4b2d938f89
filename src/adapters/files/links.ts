import { FileTrouble } from '../../ports/files.ts';

/** As many as Linux follows. */
const linksMax = 40;

/**
 * Where an absolute path leads once every symbolic link on its way is followed; what does not exist stays as it is.
 *
 * @param readLink  what the link at a path says; null when there is no link.
 * @throws          FileTrouble (kind `io`) when links go round in circles.
 */
export function followLinks(path: string, readLink: (path: string) => string | null): string {
  const ahead = path.split('/').reverse();
  let real = '';
  let followed = 0;
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      real = parentOf(real);
      continue;
    }
    const target = readLink(`${real}/${name}`);
    if (target === null) {
      real += `/${name}`;
      continue;
    }
    if (++followed > linksMax) throw new FileTrouble('io', `${path}: too many levels of symbolic links`);
    if (target.startsWith('/')) real = '';
    ahead.push(...target.split('/').reverse());
  }
  return real || '/';
}

/** The directory that holds `path`; empty for the root and what is in it. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
