import { unreachable } from '../../errors.ts';
import { FileTrouble } from '../../ports/files.ts';
import { StoreTrouble } from '../../ports/store.ts';

/** By the first two words of SQLite's codes; longer ones are finer kinds of the same. */
const kinds: Readonly<Record<string, StoreTrouble['kind']>> = {
  SQLITE_BUSY: 'busy',
  SQLITE_LOCKED: 'busy',
  SQLITE_NOTADB: 'corrupt',
  SQLITE_CORRUPT: 'corrupt',
  // Statements are always the same, so one that is wrong here asks for a table or a column that is gone.
  SQLITE_ERROR: 'corrupt',
  SQLITE_FULL: 'full',
  ENOSPC: 'full',
  EDQUOT: 'full',
};

/** Does what may meet trouble with the store at `path`, and tells it in our words. */
export function withTrouble<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const kind = troubleKind(cause);
    if (kind === null || !(cause instanceof Error)) throw cause;
    throw new StoreTrouble(kind, `store ${path}: ${cause.message}`, { cause });
  }
}

/** Null for what is no trouble of the world. */
export function troubleKind(cause: unknown): StoreTrouble['kind'] | null {
  if (cause instanceof StoreTrouble) return cause.kind;
  if (cause instanceof FileTrouble) return 'io';
  if (!(cause instanceof Error && 'code' in cause && typeof cause.code === 'string')) return null;
  const code = cause.code.split('_', 2).join('_');
  if (code === 'SQLITE_CONSTRAINT') unreachable(`a change breaks a rule of the store: ${cause.message}`);
  return kinds[code] ?? 'io';
}
