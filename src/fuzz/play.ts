import { digestOf } from '../sim/index.ts';
import { featuresOf } from './features.ts';
import { readyInvariants } from './ready.ts';
import { Session, type SessionOptions } from './session.ts';
import type { Broken, Client, Invariant, Played, RunView, Script } from './types.ts';

/** What one run came to, without its story. */
export interface Ran {
  readonly failure: Broken | null;
  readonly run: RunView;
  /** Names that the client offered. */
  readonly offered: readonly string[];
}

/**
 * Runs one script: equal script and equal client, equal run. Runs take turns, see `Session`.
 * @param invariants  asked after each step, in this order; the first that is broken ends the run.
 * @throws InvariantError, by rejection: an invariant throws. All else that it rejects with is a bug of longshore's own.
 */
export async function play(
  client: Client,
  script: Script,
  invariants: readonly Invariant[] = readyInvariants,
): Promise<Played> {
  const session = await Session.open(client, script, { invariants });
  const failure = await follow(session, script);
  const { run, story } = session;
  const lines = story.map(({ atMs, who, text }) => `${atMs} ${who} ${text}`);
  return {
    failure,
    story,
    digest: digestOf([run.world.trace.text(), ...lines].join('\n')),
    trace: run.trace,
    calls: run.calls,
    features: [...featuresOf(run)].sort(),
    actions: [...run.offered],
  };
}

/** The same for those who run thousands. */
export async function runScript(client: Client, script: Script, options: SessionOptions): Promise<Ran> {
  const session = await Session.open(client, script, options);
  const failure = await follow(session, script);
  return { failure, run: session.view, offered: [...session.run.offered] };
}

async function follow(session: Session, { steps }: Script): Promise<Broken | null> {
  try {
    for (const step of steps) {
      const broken = session.broken();
      if (broken !== null) return broken;
      await session.do(step);
    }
    const broken = session.broken();
    if (broken !== null) return broken;
    await session.end();
    return session.broken();
  } finally {
    session.close();
  }
}
