import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createJiti, type Jiti } from 'jiti';
import { watchBuiltins } from '../builtins.ts';
import { digestOfSources } from '../bundle.ts';
import { worldTrouble } from '../script-schema.ts';
import type { Client, Invariant, WorldSettings } from '../types.ts';

/** What a client's file offers. */
export interface LoadedClient {
  readonly client: Client;
  /** Of its own, which are asked beside the ready ones. */
  readonly invariants: readonly Invariant[];
  /** What its world has that is not by default. */
  readonly world: Partial<WorldSettings>;
}

/** A client's file that cannot be used. `message` names it, and says why. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
}

/**
 * Loads a file, in TypeScript or JavaScript, that exports a `Client` by default or as `client`; and perhaps `invariants`
 * and `world`.
 * @param path  absolute.
 * @throws ClientError, by rejection.
 */
export async function loadClient(path: string): Promise<LoadedClient> {
  // A client may take functions out of modules when it is loaded.
  watchBuiltins();
  const exported = await jitiFor(path)
    .import<Record<string, unknown>>(path)
    .catch((thrown: unknown) => {
      // Where the text is wrong comes in a second line; what requires what, in further ones.
      const [why = '', where = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
      const at = /:\d+:\d+$/.test(where) ? `, at ${where.trim()}` : '';
      throw new ClientError(`${path} cannot be loaded: ${why.trim()}${at}`, { cause: thrown });
    });
  const { default: byDefault, client = byDefault, invariants = [], world = {} } = exported;
  if (typeof client !== 'function') {
    throw new ClientError(
      `${path} exports no client; legal: export default (device) => { … }, or a function named client`,
    );
  }
  if (!Array.isArray(invariants) || !invariants.every(isInvariant)) {
    throw new ClientError(`${path}: invariants is no array of { name, check(run) }`);
  }
  const trouble = worldTrouble(world);
  if (trouble !== null) throw new ClientError(`${path}: ${trouble}`);
  return {
    client: client as Client,
    invariants,
    world: world as Partial<WorldSettings>,
  };
}

/** Of the text of a client's file, and of the files that it imports by relative paths. None of them is run. */
export function digestOfClient(path: string): string {
  return digestOfSources(sourcesOf(path, jitiFor(path)));
}

function jitiFor(path: string): Jiti {
  return createJiti(pathToFileURL(path).href, { fsCache: false });
}

function isInvariant(value: unknown): value is Invariant {
  const { name, check } = (value ?? {}) as Partial<Invariant>;
  return typeof name === 'string' && typeof check === 'function';
}

/** The texts of a file and of all that it imports by relative paths, each once. */
function sourcesOf(path: string, jiti: Jiti, texts = new Map<string, string>()): string[] {
  if (texts.has(path)) return [];
  const text = readFileSync(path, 'utf8');
  texts.set(path, text);
  for (const [, specifier = ''] of text.matchAll(/(?:from|import|import\()\s*['"](\.{1,2}\/[^'"]+)['"]/g)) {
    const found = jiti.esmResolve(specifier, { parentURL: pathToFileURL(path), try: true });
    if (found !== undefined) sourcesOf(fileURLToPath(found), jiti, texts);
  }
  return [...texts.values()];
}
