type AnyFunction = (...args: readonly unknown[]) => unknown;
type Module = Record<string, unknown>;

/** As much of a Node process as is needed, where there is one. */
const nodeProcess = (globalThis as { process?: { getBuiltinModule?(name: string): Module | undefined } }).process;

const lookups = ['lookup', 'lookupService', 'resolve', 'reverse'];
/** Modules that reach beyond the process, and what of them does; null for all. Sockets of http, tls and the like are net's. */
const modules: Readonly<Record<string, readonly string[] | null>> = {
  fs: null,
  'fs/promises': null,
  dns: lookups,
  'dns/promises': lookups,
  dgram: ['createSocket'],
  child_process: null,
  worker_threads: ['Worker'],
};
/** Who loads modules, and prints to a file, does no more than the client may. */
const allowed = /node:internal\/(?:modules|fs\/sync_write_stream)|[\\/]jiti[\\/]/;

/** Who is told of a way out; null while no world runs. */
let told: ((way: string) => void) | null = null;
let isWatched = false;

/**
 * From now on, files, processes and name look-ups of Node are watched: what a client does with them while a world runs is
 * told, and fails. While none runs they do what they always did. Elsewhere than in Node, nothing happens.
 */
export function watchBuiltins(): void {
  if (isWatched || nodeProcess?.getBuiltinModule === undefined) return;
  isWatched = true;
  for (const [name, members] of Object.entries(modules)) {
    const module = nodeProcess.getBuiltinModule(name);
    if (module === undefined) continue;
    for (const member of members ?? Object.keys(module)) {
      const original = module[member];
      const isCall = typeof original === 'function' && (members !== null || /^[a-z]/.test(member));
      if (isCall) module[member] = watched(`node:${name} ${member}`, original as AnyFunction);
    }
  }
  // Names that were imported are told.
  (nodeProcess.getBuiltinModule('module') as { syncBuiltinESMExports?(): void } | undefined)?.syncBuiltinESMExports?.();
}

/** A world runs. @returns ends that. */
export function takeBuiltins(onOutside: (way: string) => void): () => void {
  watchBuiltins();
  told = onOutside;
  return () => {
    told = null;
  };
}

/** The same, members and all, but for what it does while a world runs. */
function watched(name: string, original: AnyFunction): AnyFunction {
  return new Proxy(original, {
    apply: (target, self, args) => (isOutside(name, args) ? refuse(name) : Reflect.apply(target, self, args)),
    construct: (target, args, self) => (isOutside(name, args) ? refuse(name) : Reflect.construct(target, args, self)),
  });
}

function isOutside(name: string, [first]: readonly unknown[]): boolean {
  if (told === null) return false;
  // Its own line, those of the watcher, and then who calls.
  const [, , , caller = ''] = new Error().stack?.split('\n') ?? [];
  if (allowed.test(caller)) return false;
  told(typeof first === 'string' || first instanceof URL ? `${name} ${first}` : name);
  return true;
}

/** Those that promise do not throw. */
function refuse(name: string): never | Promise<never> {
  const error = new TypeError(`${name} is no part of this world: use what the device gives`);
  if (name.includes('/promises')) return Promise.reject(error);
  throw error;
}
