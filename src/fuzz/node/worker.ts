/** A thread that runs the client, so that whoever waits for it can end it. Started by hand.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { BundleError } from '../bundle.ts';
import { actionsOf, type FuzzOptions, failureOf, fuzzShard, type Shard } from '../fuzz.ts';
import { InvariantError } from '../invariant-error.ts';
import { play } from '../play.ts';
import { readyInvariants } from '../ready.ts';
import { record, replay } from '../replay.ts';
import type { Client, Invariant } from '../types.ts';
import { type Answer, place, type Question, type Surroundings } from './hand.ts';
import { ClientError, loadClient } from './load.ts';

const { clientPath, settings, places } = workerData as Surroundings;
const view = new Int32Array(places);
Atomics.add(view, place.beats, 1);
const loading = loadClient(clientPath);
/** Asked after each step. */
const note: Invariant = {
  name: 'how far it is',
  check: ({ atStep }) => {
    Atomics.add(view, place.beats, 1);
    // The next one begins.
    Atomics.store(view, place.step, atStep + 2);
    return null;
  },
};
// Whoever asks is told; until somebody does, nobody waits for it.
loading.catch(() => {});

parentPort?.on('message', async (question: Question) => {
  parentPort?.postMessage(await answerOf(question));
});

async function answerOf(question: Question): Promise<Answer> {
  try {
    return { value: await answerTo(question, await optionsOf()) };
  } catch (thrown) {
    if (thrown instanceof ClientError) return { error: thrown.message, of: 'client' };
    if (thrown instanceof InvariantError)
      return { error: `${clientPath}: ${thrown.message}${lineOf(thrown.cause)}`, of: 'client' };
    if (thrown instanceof BundleError) return { error: thrown.message, of: 'bundle' };
    return { error: thrown instanceof Error ? `${thrown.stack}` : String(thrown), of: null };
  }
}

/** Where in the client's file something was thrown; empty where nobody knows. */
function lineOf(thrown: unknown): string {
  const stack = thrown instanceof Error ? `${thrown.stack}` : '';
  const [, after = ''] = stack.split(clientPath);
  const [place] = /^:\d+:\d+/.exec(after) ?? [];
  return place === undefined ? '' : `, at ${clientPath}${place}`;
}

async function answerTo(
  question: Question,
  options: FuzzOptions & { readonly invariants: readonly Invariant[] },
): Promise<unknown> {
  switch (question.ask) {
    case 'actions':
      return actionsOf(options);
    case 'script':
      return scriptAt(options, question.shard);
    case 'shard':
      return fuzzShard(options, question.shard, notePlace);
    case 'failure':
      return failureOf(options, question.find);
    case 'play': {
      const invariants = options.invariants.filter(({ name }) => name === question.invariant);
      const { story, digest } = await play(options.client, question.script, invariants);
      return { story, digest };
    }
    case 'beginning': {
      const { script, steps } = question;
      const enough: Invariant = { name: 'enough', check: ({ atStep }) => (atStep + 1 < steps ? null : 'it is') };
      return play(options.client, script, [enough]);
    }
    case 'record':
      return record(options.client, question.failure, { ...options, from: question.from }).catch(nullIfBundleError);
    case 'replay':
      return replay(question.bundle, options.client, { invariants: noted(options.invariants) });
  }
}

/** Notes how far it is, for the case that it never ends. */
async function optionsOf(): Promise<FuzzOptions & { readonly invariants: readonly Invariant[] }> {
  const { client, invariants, world } = await loading;
  const noting: Client = (device) => {
    Atomics.add(view, place.beats, 1);
    return client(device);
  };
  return {
    ...settings,
    world: { ...world, ...settings.world },
    client: noting,
    invariants: [note, ...readyInvariants, ...invariants],
  };
}

/** The invariants, each of which notes how far it is, as a replay asks one alone. */
function noted(invariants: readonly Invariant[]): Invariant[] {
  const each = ({ name, check }: Invariant): Invariant => ({ name, check: (run) => note.check(run) ?? check(run) });
  return [...invariants.map(each), { ...note, name: 'limits' }];
}

function nullIfBundleError(thrown: unknown): null {
  if (thrown instanceof BundleError) return null;
  throw thrown;
}

function notePlace(run: number): void {
  Atomics.store(view, place.run, run);
  Atomics.store(view, place.step, 0);
}

/** The script of the shard's one run, which is not run: what there is breaks at once, without the client. */
async function scriptAt(options: FuzzOptions, shard: Shard): Promise<unknown> {
  const broken: Invariant = { name: 'none', check: () => 'at once' };
  const unlike = { ...options, client: () => {}, invariants: [broken] };
  const [report] = await fuzzShard(unlike, { ...shard, except: [] });
  return report?.script;
}
