import { FileTrouble } from '../../ports/files.ts';
import { parentOf } from './links.ts';

interface Fault {
  readonly kind: FileTrouble['kind'];
  /** Bytes that still pass; null for a fault that is met at the opening. */
  bytesLeft: number | null;
}

/** Which files of a disk in memory are broken, and how. A fault of a directory is one of everything in it. */
export class MemoryFaults {
  /** By real path. */
  readonly #faults = new Map<string, Fault>();

  set(real: string, kind: FileTrouble['kind'], bytesLeft: number | null): void {
    this.#faults.set(real, { kind, bytesLeft });
  }

  clear(real: string): void {
    this.#faults.delete(real);
  }

  /** @throws FileTrouble at a fault that is met at the opening. */
  meet(real: string): void {
    const fault = this.#find(real);
    if (fault?.bytesLeft === null) throw troubleOf(fault, real);
  }

  /** How many of `bytes` pass, and what keeps the rest out. */
  pass(real: string, bytes: number): { readonly passed: number; readonly trouble: FileTrouble | null } {
    const fault = this.#find(real);
    if (fault === null) return { passed: bytes, trouble: null };
    const passed = Math.min(bytes, fault.bytesLeft ?? 0);
    if (fault.bytesLeft !== null) fault.bytesLeft -= passed;
    return { passed, trouble: passed < bytes ? troubleOf(fault, real) : null };
  }

  /** The fault of the file itself, else of the nearest directory. */
  #find(real: string): Fault | null {
    if (this.#faults.size === 0) return null;
    for (let path = real; ; path = parentOf(path)) {
      const fault = this.#faults.get(path || '/');
      if (fault !== undefined || path === '' || path === '/') return fault ?? null;
    }
  }
}

function troubleOf({ kind }: Fault, real: string): FileTrouble {
  return new FileTrouble(kind, `${real}: ${kind}, as asked for`);
}
