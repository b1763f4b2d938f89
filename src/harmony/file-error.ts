import { CodedError } from './coded-error.ts';
import type { Operation } from './forms.ts';

/** The system's words for what went wrong with a file. @source neighbours.md 3.4 */
const errors: Readonly<Record<string, { readonly code: number; readonly text: string }>> = {
  EPERM: { code: 13900001, text: 'Operation not permitted' },
  ENOENT: { code: 13900002, text: 'No such file or directory' },
  EIO: { code: 13900005, text: 'I/O error' },
  EBADF: { code: 13900008, text: 'Bad file descriptor' },
  ENOMEM: { code: 13900011, text: 'Out of memory' },
  EACCES: { code: 13900012, text: 'Permission denied' },
  EFAULT: { code: 13900013, text: 'Bad address' },
  EEXIST: { code: 13900015, text: 'File exists' },
  ENOTDIR: { code: 13900018, text: 'Not a directory' },
  EISDIR: { code: 13900019, text: 'Is a directory' },
  EINVAL: { code: 13900020, text: 'Invalid argument' },
  ENOSPC: { code: 13900025, text: 'No space left on device' },
  EROFS: { code: 13900027, text: 'Read-only file system' },
  ENAMETOOLONG: { code: 13900030, text: 'File name too long' },
  ENOTEMPTY: { code: 13900032, text: 'Directory not empty' },
};
const unknown = { code: 13900042, text: 'Unknown error' };

/** An error as the system calls it, of our own making. */
export class Errno extends Error {
  override readonly name = 'Errno';
  readonly code: string;

  constructor(code: keyof typeof errors, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** @throws Errno EINVAL */
export function invalid(detail: string): never {
  throw new Errno('EINVAL', detail);
}

/** What `@ohos.file.fs` throws: the system's text, with a code of its own. */
export function codedError(cause: unknown): unknown {
  const name = errnoOf(cause);
  if (name === null) return cause;
  const { code, text } = errors[name] ?? unknown;
  return new CodedError(code, text, { detail: String(cause), cause });
}

/** What `@ohos.fileio` throws: the system's text, without a code. */
export function plainError(cause: unknown): unknown {
  const name = errnoOf(cause);
  return name === null ? cause : new Error((errors[name] ?? unknown).text, { cause });
}

/** The operation, throwing its errors in other words. */
export function translated<Args extends readonly unknown[], T>(
  operation: Operation<Args, T>,
  translate: (cause: unknown) => unknown,
): Operation<Args, T> {
  const guard = <R>(act: () => R): R => {
    try {
      return act();
    } catch (cause) {
      throw translate(cause);
    }
  };
  return (...args) => {
    const work = guard(() => operation(...args));
    return () => guard(work);
  };
}

/** Null for what the system did not say. */
function errnoOf(cause: unknown): string | null {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : null;
}
