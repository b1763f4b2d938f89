import { rule } from '../../machines/rules.ts';
import type { Rules } from '../../machines/vocabulary.ts';
import { BusinessError } from '../errors.ts';
import { type Files, FileTrouble } from '../ports/files.ts';

/** A download's hold on its target while its task is being created. Settled by the first `accept` or `release`. */
export interface Claim {
  /** The task is accepted: its target is empty from here on. @throws FILE_IO */
  accept(): void;
  /** The task is refused: nothing is left of the claim. Never throws. */
  release(): void;
}

/**
 * Makes sure that the target can be written: makes it, and its missing parents, when there is none.
 *
 * Bytes of an older file stay until `accept`, and `release` removes what the claim made, except parents; or, by the
 * rule `emptyTargetAtOnce`, it is emptied at once, and left like that by `release`.
 *
 * @param path  as `TaskSpec.target`: checked, absolute.
 * @throws      FILE_IO when it cannot be opened.
 * @source      harmony-request.md 1.6, "Truncation"
 */
export function claimTarget(files: Files, path: string, rules: Rules): Claim {
  const { created } = carried(path, () => files.touch(path));
  if (rule(rules, 'emptyTargetAtOnce')) {
    carried(path, () => files.truncate(path));
    return { accept() {}, release() {} };
  }
  let settled = false;
  const settle = (act: () => void) => {
    if (settled) return;
    settled = true;
    act();
  };
  return {
    accept: () => settle(() => created || carried(path, () => files.truncate(path))),
    release: () => settle(() => created && withdraw(files, path)),
  };
}

function carried<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (!(cause instanceof FileTrouble)) throw cause;
    throw new BusinessError('FILE_IO', { detail: `the target ${path} cannot be opened: ${cause.message}`, cause });
  }
}

/**
 * Removes what `touch` made: where a link led, and only while nobody has put bytes into it.
 * A file that cannot be removed must not hide why the task was refused.
 */
function withdraw(files: Files, path: string): void {
  try {
    const look = files.look(path);
    if (look.kind === 'file' && look.bytes === 0) files.unlink(files.realPath(path));
  } catch (trouble) {
    if (!(trouble instanceof FileTrouble)) throw trouble;
  }
}
