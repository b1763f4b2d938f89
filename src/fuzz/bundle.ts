import * as v from 'valibot';
import { digestOf } from '../sim/digest.ts';
import { linesOf, marksOf } from './marks.ts';
import { scriptSchema } from './script-schema.ts';
import { isToken, packed, TokenError, unpacked } from './token.ts';
import type { Broken, Played, Script } from './types.ts';
import { longshoreVersion } from './version.ts';

const bundleFormat = 'longshore-bundle';

const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const bundleSchema = v.strictObject({
  format: v.literal(bundleFormat),
  version: v.literal(1),
  longshore: v.string(),
  kind: v.literal('fuzz'),
  client: v.strictObject({ path: v.nullable(v.string()), digest: v.nullable(digest) }),
  script: scriptSchema,
  failure: v.strictObject({ invariant: v.string(), message: v.string(), atStep: v.pipe(v.number(), v.safeInteger()) }),
  digest,
  marks: v.strictObject({
    entries: count,
    every: v.pipe(count, v.minValue(1)),
    digits: v.pipe(v.string(), v.regex(/^([0-9a-f]{4})*$/)),
  }),
  lines: v.array(v.string()),
});

/**
 * One failure as one small file, valid from then on: `client` is the user's code, `script` all that was done to it,
 * `failure` what came of it, `digest` and `marks` what its run looked like. `lines`: how its trace began,
 * as text; a token leaves it out.
 */
export type Bundle = v.InferOutput<typeof bundleSchema>;

/** The code that failed: where it lay, from where the command was given, and `digestOfSources`; null where not known. */
export type BundledClient = Bundle['client'];

/** A bundle that cannot be used. `message` says why, and what to do. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

/** Lines of the trace that a file keeps. */
const linesMax = 200;

export interface Recorded {
  readonly script: Script;
  readonly failure: Broken;
  /** As `play` gave them. */
  readonly digest: Played['digest'];
  readonly trace: Played['trace'];
}

export function bundleOf(
  { trace, ...recorded }: Recorded,
  client: BundledClient = { path: null, digest: null },
): Bundle {
  const lines = linesOf(trace);
  const bundle = {
    format: bundleFormat,
    version: 1,
    longshore: longshoreVersion,
    kind: 'fuzz',
    client,
    ...recorded,
    marks: marksOf(lines),
    lines: lines.slice(0, linesMax),
  };
  return v.parse(bundleSchema, bundle);
}

/** The bundle as one line, for a terminal, an issue or a URL; `readBundle` reads it. */
export function tokenOf(bundle: Bundle): Promise<string> {
  const { lines: _left, ...rest } = bundle;
  return packed(JSON.stringify(rest));
}

/** The bundle as a file. */
export function textOf(bundle: Bundle): string {
  return `${JSON.stringify(bundle, null, 2)}\n`;
}

/**
 * @param text  a token, or what stands in a bundle's file.
 * @throws BundleError  it is damaged, no bundle, or made by a later version.
 */
export async function readBundle(text: string): Promise<Bundle> {
  if (!isToken(text)) return checked(jsonOf(text, 'neither a token (ls1.…) nor JSON'));
  try {
    const short = jsonOf(await unpacked(text), 'a token of something else');
    return checked(isObject(short) ? { ...short, lines: [] } : short);
  } catch (error) {
    throw error instanceof TokenError ? new BundleError(error.message) : error;
  }
}

/** What a client is made of, told by its text; line ends do not count. */
export function digestOfSources(texts: readonly string[]): string {
  return digestOf(texts.map((text) => text.replaceAll('\r\n', '\n')).join('\0'));
}

function checked(made: unknown): Bundle {
  if (!isObject(made) || made.format !== bundleFormat) throw new BundleError('this is no bundle of longshore');
  const { version, kind, longshore } = made;
  const by = `made by longshore ${typeof longshore === 'string' ? longshore : '(unknown)'}, this is ${longshoreVersion}`;
  if (typeof version === 'number' && version > 1) {
    throw new BundleError(
      `${by}: it is of version ${version}, and versions up to 1 are read here; use a later longshore`,
    );
  }
  if (typeof kind === 'string' && kind !== 'fuzz') {
    throw new BundleError(`${by}: it is of kind ${JSON.stringify(kind)}, and fuzz is what is read here`);
  }
  const { success, output, issues } = v.safeParse(bundleSchema, made);
  if (success) return output;
  const [issue] = issues;
  throw new BundleError(`the bundle is damaged at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message} (${by})`);
}

function jsonOf(text: string, otherwise: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BundleError(`this is ${otherwise}`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
