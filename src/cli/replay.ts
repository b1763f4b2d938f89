import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Bundle, BundleError, readBundle } from '../fuzz/bundle.ts';
import { ClientError, digestOfClient } from '../fuzz/node/load.ts';
import { replayInThread } from '../fuzz/node/stopped.ts';
import { type Replayed, replayText } from '../fuzz/replay.ts';
import { storyText } from '../fuzz/story.ts';
import { isToken } from '../fuzz/token.ts';
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
    const replayed = await replayOf(bundle, resolve(cwd, path), path);
    const { played, verdict } = replayed;
    const { digest } = bundle.client;
    const isChanged = digest === null ? null : digest !== digestOfClient(resolve(cwd, path));

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

async function replayOf(bundle: Bundle, path: string, given: string): Promise<Replayed> {
  try {
    return await replayInThread(bundle, path);
  } catch (error) {
    if (error instanceof BundleError) throw new UsageError(error.message);
    if (!(error instanceof ClientError)) throw error;
    throw new UsageError(`${error.message.replaceAll(path, given)}; --client names another file`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENAMETOOLONG');
}
