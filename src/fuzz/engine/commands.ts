import fc from 'fast-check';
import type { Link, Rules, State } from '../../../machines/vocabulary.ts';
import { stateNumbers } from '../../api/constants.ts';
import { anyMove } from './arbitraries.ts';
import { type AppName, Disagreement, Lab } from './lab.ts';
import type { Model } from './model.ts';
import type { AccountState, Behaviour, Draft, ModelTask } from './model-task.ts';

/** What somebody does, or what happens: plain data, so that a sequence can be printed, kept and played again. */
export type Move =
  /** To launch is to create and, if that worked, to start. */
  | { readonly do: 'create' | 'launch'; readonly app: AppName; readonly draft: Draft }
  | { readonly do: 'start' | 'pause' | 'resume' | 'stop'; readonly task: number }
  | { readonly do: 'setMaxSpeed'; readonly task: number; readonly bytesPerSecond: number }
  | { readonly do: 'on' | 'off'; readonly task: number; readonly event: string }
  | { readonly do: 'remove' | 'show' | 'query'; readonly app: AppName; readonly task: number }
  | { readonly do: 'touch' | 'getTask'; readonly app: AppName; readonly task: number; readonly token: TokenChoice }
  | { readonly do: 'search'; readonly app: AppName; readonly state: State | null }
  | { readonly do: 'serve'; readonly task: number; readonly behaviour: Behaviour }
  | { readonly do: 'network'; readonly link: Link }
  | { readonly do: 'toForeground' | 'toBackground' | 'terminate'; readonly app: AppName }
  | { readonly do: 'account'; readonly user: number; readonly state: AccountState }
  | { readonly do: 'service'; readonly up: boolean }
  | { readonly do: 'memory'; readonly level: number }
  | { readonly do: 'pass' | 'jump'; readonly ms: number }
  | { readonly do: 'restart' | 'collect' };

export type TokenChoice = 'right' | 'wrong' | 'none';

const wrongToken = 'a token of nobody';
/** Less than the age at which the sweep stops a run, so that only the clean-up looks at ages. */
const jumpedMsMax = 29 * 86_400_000;

/** Does one thing in the world and in the model, and compares all that can be seen. @throws Disagreement */
export async function play(move: Move, lab: Lab): Promise<void> {
  const { model } = lab;
  if (model.isAtALoss) return;
  lab.moves += 1;
  const { isBusy, isAnswerOwed, tasks } = model;
  const due = tasks.filter((task) => model.isDue(task));
  try {
    await perform(move, lab);
    if (move.do !== 'pass') model.quietSinceMs = model.elapsedMs;
    else if (!model.isAtALoss && !(isBusy && model.isBusy)) lab.noteCollected(due);
    // How many bytes of such an upload count depends on whether the next exchange has begun: let it begin.
    if (isAnswerOwed) await lab.pass(0);
    if (!model.isAtALoss) lab.compare();
  } catch (error) {
    if (error instanceof Disagreement) throw new Disagreement(`${JSON.stringify(move)}: ${error.message}`);
    throw error;
  }
}

/** Plays a whole sequence in a new world. */
export async function playAll(rules: Rules, moves: readonly Move[]): Promise<Lab> {
  const lab = new Lab(rules);
  for (const move of moves) await play(move, lab);
  return lab;
}

async function perform(move: Move, lab: Lab): Promise<void> {
  const { world, model } = lab;
  switch (move.do) {
    case 'create':
    case 'launch': {
      lab.wake(move.app);
      const created = await lab.create(move.app, move.draft);
      if (created !== null && move.do === 'launch') await performOn(created, { do: 'start', task: 0 }, lab);
      return;
    }
    case 'search': {
      lab.wake(move.app);
      const expected = model.search(model.app(lab.app(move.app).uid), move.state);
      const filter = move.state === null ? undefined : { state: stateNumbers[move.state] };
      return lab.expect(typeof expected === 'number' ? expected : null, async () => {
        const found = await lab.app(move.app).request.agent.search(filter);
        if (String(found) !== String(expected)) throw new Disagreement(`search finds ${found}, not ${expected}`);
      });
    }
    case 'network':
      world.setNetwork(move.link);
      return model.setLink(move.link);
    case 'toForeground':
      lab.app(move.app).toForeground();
      return model.toForeground(model.app(lab.app(move.app).uid));
    case 'toBackground':
      lab.app(move.app).toBackground();
      return model.toBackground(model.app(lab.app(move.app).uid));
    case 'terminate':
      return lab.terminate(move.app);
    case 'account':
      world.engine.setAccount(move.user, move.state);
      return model.setAccount(move.user, move.state);
    case 'service':
      world.engine.setService(move.up ? 'available' : 'unavailable');
      return model.setService(move.up);
    case 'memory':
      return world.engine.setMemoryLevel(move.level);
    case 'pass':
      return lab.pass(move.ms);
    case 'jump':
      if (model.wallMs - model.elapsedMs - model.settings.startMs + move.ms > jumpedMsMax) return;
      world.clock.jump(move.ms);
      return model.jump(move.ms);
    case 'restart':
      return lab.restart();
    case 'collect': {
      const [theirs, ours] = [world.engine.collectGarbage(), model.collect()];
      if (theirs !== ours) throw new Disagreement(`the engine collects ${theirs} records, the model ${ours}`);
      return;
    }
    default: {
      const task = lab.task(move.task);
      return task === undefined ? undefined : performOn(task, move, lab);
    }
  }
}

async function performOn(task: ModelTask, move: Extract<Move, { task: number }>, lab: Lab): Promise<void> {
  const { model } = lab;
  if (move.do === 'serve') {
    // Requests that are on their way still meet the server as it was.
    await lab.pass(0);
    return lab.serve(task, move.behaviour);
  }
  const name = 'app' in move ? move.app : lab.nameOf(task);
  lab.wake(name);
  const { agent } = lab.app(name).request;
  const app = model.app(lab.app(name).uid);
  switch (move.do) {
    case 'remove':
      return lab.expect(model.ask(app, 'remove', task), () => agent.remove(task.tid));
    case 'query':
      return lab.expect(model.ask(app, 'query', task), () => agent.query(task.tid));
    case 'show':
      return lab.expect(model.ask(app, 'show', task, null), () => agent.show(task.tid));
    case 'touch': {
      // There is no touch without a token.
      const token = (move.token === 'right' ? task.token : null) ?? wrongToken;
      return lab.expect(model.ask(app, 'touch', task, token), () => agent.touch(task.tid, token));
    }
    case 'getTask': {
      const token = { right: task.token, wrong: wrongToken, none: null }[move.token];
      return lab.getTask(name, task, token);
    }
    default: {
      const object = await lab.objectOf(task);
      if (object === null) return;
      if (move.do === 'setMaxSpeed') {
        const code = move.bytesPerSecond < 16_384 ? 401 : model.ask(app, 'setMaxSpeed', task);
        return lab.expect(code, () => object.setMaxSpeed(move.bytesPerSecond));
      }
      if (move.do === 'on' || move.do === 'off') {
        const listen = object[move.do].bind(object) as (event: string, listener: () => void) => void;
        return lab.expect(move.event === 'nonsense' ? 401 : null, () => listen(move.event, () => {}));
      }
      const call = object[move.do].bind(object) as () => Promise<void>;
      return lab.expect(model.ask(app, move.do, task), call);
    }
  }
}

class Command implements fc.AsyncCommand<Model, Lab> {
  readonly #move: Move;

  constructor(move: Move) {
    this.#move = move;
  }

  check(): boolean {
    return true;
  }

  run(_: unknown, lab: Lab): Promise<void> {
    return play(this.#move, lab);
  }

  toString(): string {
    return JSON.stringify(this.#move);
  }
}

export interface SequenceOptions {
  /** Where to take up a shrunk sequence again, as a failure prints it. */
  readonly replayPath?: string;
}

export type Sequence = Iterable<fc.AsyncCommand<Model, Lab>>;

/** Sequences of about 50 moves, for `fc.asyncModelRun` over a lab and its model. */
export function anySequence({ replayPath }: SequenceOptions = {}): fc.Arbitrary<Sequence> {
  return fc.commands([anyMove.map((move) => new Command(move))], {
    maxCommands: 100,
    size: 'medium',
    ...(replayPath === undefined ? {} : { replayPath }),
  });
}
