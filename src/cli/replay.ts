import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Bundle, BundleError, readBundle } from '../fuzz/bundle.ts';
import { ClientError, type LoadedClient, loadClient } from '../fuzz/node/load.ts';
import { readyInvariants } from '../fuzz/ready.ts';
import { replay as playAgain, type Replayed, replayText } from '../fuzz/replay.ts';
import { storyText } from '../fuzz/story.ts';
import { isToken } from '../fuzz/token.ts';
import type { Client, Invariant } from '../fuzz/types.ts';
import { commonOptions, defineVerb, UsageError } from './command.ts';
import { printable } from './format.ts';
import { paint } from './output.ts';
import { metaOf } from './verbs.ts';

/** 0: it no longer fails. 3: it fails, and in another way; 2 is for a wrong command line. */
const exitCodes: Readonly<Record<Replayed['verdict'], number>> = { gone: 0, again: 1, different: 3 };
const styles = { gone: 'good', again: 'bad', different: 'bad' } as const;

export const replay = defineVerb({
  meta: metaOf('replay'),
  args: {
    bundle: { type: 'positional', required: true, description: 'A bundle: its file, or its token (ls1.…)' },
    client: {
      type: 'string',
      valueHint: 'file',
      description: 'The code that failed, if it is not where the bundle says',
    },
    json: commonOptions.json,
    quiet: commonOptions.quiet,
  },
  async run({ args, around: { cwd, output } }) {
    const bundle = await bundleAt(args.bundle, cwd);
    const path = args.client ?? bundle.client.path;
    if (path === null) throw new UsageError('the bundle does not say which file failed; legal: --client <file>');
    const { client, invariants, digest } = await clientAt(resolve(cwd, path), path);
    const replayed = await replayOf(bundle, client, [...readyInvariants, ...invariants]);
    const { played, verdict } = replayed;
    const isChanged = bundle.client.digest === null ? null : bundle.client.digest !== digest;

    const [judgement = '', ...rest] = replayText(replayed).map(printable);
    const lines = [
      printable(`${path}, which failed under longshore ${bundle.longshore}`),
      '',
      ...storyText(played.story).map(printable),
      '',
      paint(output, styles[verdict], judgement),
      ...rest,
      ...(isChanged === null ? [] : [`the code ${isChanged ? 'has changed' : 'is the same'} since`]),
    ];
    if (!output.quiet) output.people.write(`${lines.join('\n')}\n`);
    return {
      exitCode: exitCodes[verdict],
      document: {
        verdict,
        client: { path, isChanged },
        failure: played.failure,
        recorded: bundle.failure,
        isSame: replayed.isSame,
        difference: replayed.difference,
        story: played.story,
        script: bundle.script,
        errors: [],
      },
    };
  },
});

async function bundleAt(given: string, cwd: string): Promise<Bundle> {
  try {
    return await readBundle(isToken(given) ? given : await readFile(resolve(cwd, given), 'utf8'));
  } catch (error) {
    if (error instanceof BundleError) throw new UsageError(`${isToken(given) ? 'the token' : given}: ${error.message}`);
    if (isMissing(error))
      throw new UsageError(`there is no ${given}, and it is no token; legal: a bundle's file, or ls1.…`);
    throw error;
  }
}

async function replayOf(bundle: Bundle, client: Client, invariants: readonly Invariant[]): Promise<Replayed> {
  try {
    return await playAgain(bundle, client, { invariants });
  } catch (error) {
    throw error instanceof BundleError ? new UsageError(error.message) : error;
  }
}

async function clientAt(path: string, given: string): Promise<LoadedClient> {
  try {
    return await loadClient(path);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    throw new UsageError(`${error.message.replace(path, given)}; --client names another file`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENAMETOOLONG');
}
