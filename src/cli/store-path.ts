import { isAbsolute, join, resolve } from 'node:path';

/** The variables that say where state is kept. */
export interface StateVariables {
  readonly XDG_STATE_HOME?: string | undefined;
}

/**
 * The directory for state that outlives a run: `$XDG_STATE_HOME/longshore`, else `~/.local/state/longshore`.
 * @source XDG Base Directory Specification 0.8: paths that are not absolute are ignored.
 */
export function stateDirectory({ XDG_STATE_HOME }: StateVariables, home: string): string {
  const state =
    XDG_STATE_HOME !== undefined && isAbsolute(XDG_STATE_HOME) ? XDG_STATE_HOME : join(home, '.local/state');
  return join(state, 'longshore');
}

/** Path of the store that a command works on. @param asked  `--store` */
export function storePath(asked: string | undefined, { cwd, state }: { cwd: string; state: string }): string {
  return asked === undefined ? join(state, 'tasks.db') : resolve(cwd, asked);
}
