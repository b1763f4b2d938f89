import { stateWord } from '../api/constants.ts';
import type { App } from '../api/task-engine.ts';
import type { Config, Task } from '../api/types.ts';
import type { TraceEntry } from '../engine/trace.ts';
import { BusinessError, unreachable } from '../errors.ts';
import { createWorld, type World } from '../sim/world.ts';
import { configOf, sourceName } from './configs.ts';
import { prepare, root, sourceBytes } from './disk.ts';
import { neverId, overlongId } from './moves.ts';
import { placeOf } from './places.ts';
import { isSubject, needsSource, ordinalsOf, type Script, worldOptions } from './script.ts';
import { type CallStep, type CreateStep, durationsMs, type Step, type WorldMove } from './steps.ts';
import { faultRule, wireOf } from './wires.ts';

/** What the world answered to one step. */
export interface Played {
  /** Virtual time when the step was over, ms since the beginning. */
  readonly atMs: number;
  /** State of the task of the story afterwards; null without one. */
  readonly state: string | null;
}

export interface Outcome {
  readonly played: readonly Played[];
  /** What the last call was refused with; null when it was not. */
  readonly error: { readonly code: number; readonly message: string; readonly detail: string } | null;
  /** Of a task that failed: the number of its fault, and the published text of its reason. */
  readonly failure: { readonly faults: number | null; readonly reason: string } | null;
  readonly trace: readonly TraceEntry[];
}

/** Plays a script in a world of its own. Equal scripts, equal outcome and equal trace. */
export async function play(script: Script): Promise<Outcome> {
  const strike = script.wire === null ? undefined : wireOf(script.wire).strike;
  const world = createWorld({
    ...worldOptions(script),
    ...(strike === undefined ? {} : { faults: [faultRule(strike)] }),
  });
  world.disk.makeDirectory(root);
  if (needsSource(script)) world.disk.write(`${root}/${sourceName}`, new Uint8Array(sourceBytes));
  const stage = new Stage(world, script);
  const played: Played[] = [];
  let error: Outcome['error'] = null;
  for (const [at, step] of script.steps.entries()) {
    try {
      await stage.perform(step, at);
    } catch (thrown) {
      if (!(thrown instanceof BusinessError)) throw thrown;
      if (at < script.steps.length - 1) unreachable(`a step on the way was refused: ${thrown.detail}`);
      error = { code: thrown.code, message: thrown.message, detail: thrown.detail };
    }
    played.push({ atMs: world.clock.elapsed(), state: stage.state });
  }
  return { played, error, failure: stage.failure, trace: world.trace.entries };
}

class Stage {
  readonly #world: World;
  readonly #script: Script;
  readonly #ordinals: readonly number[];
  #task: Task | null = null;
  #gid = '';
  #other: App | null = null;

  constructor(world: World, script: Script) {
    this.#world = world;
    this.#script = script;
    this.#ordinals = ordinalsOf(script.steps);
  }

  get state(): string | null {
    const info = this.#info();
    return info === undefined ? null : (stateWord(info.progress.state) ?? null);
  }

  get failure(): Outcome['failure'] {
    const info = this.#info();
    return info === undefined || this.state !== 'failed' ? null : { faults: info.faults, reason: info.reason };
  }

  #info() {
    const tid = this.#task?.tid;
    return this.#world.engine.tasks().find((each) => each.tid === tid);
  }

  async perform(step: Step, at: number): Promise<void> {
    switch (step.do) {
      case 'create':
        return this.#create(step, at);
      case 'call':
        return this.#call(step);
      case 'place':
        return prepare(this.#world.disk, placeOf(step.place, step.action)?.acts ?? []);
      // The world was made like that.
      case 'wire':
        return;
      case 'world':
        return this.#happen(step.move);
    }
  }

  async #create(step: CreateStep, at: number): Promise<void> {
    const { app } = this.#world;
    const { agent, downloadFile, uploadFile } = app.request;
    for (let n = 0; n < step.times; n += 1) {
      const ordinal = (this.#ordinals[at] ?? 0) + n;
      const config = configOf(step, { wire: this.#script.wire, ordinal }) as never;
      if (step.api === 'agent') {
        const task = await agent.create(app.context, config as Config);
        if (isSubject(this.#script.steps, at)) this.#task = task;
      } else if (step.action === 'download') await downloadFile(app.context, config);
      else await uploadFile(app.context, config);
    }
  }

  async #call({ operation, of, by }: CallStep): Promise<void> {
    const { agent } = this.#caller(by).request;
    const tid = of === 'never' ? neverId : of === 'overlong' ? overlongId : (this.#task?.tid ?? '');
    switch (operation) {
      case 'start':
      case 'pause':
      case 'resume':
      case 'stop':
        await this.#subject()[operation]();
        return;
      case 'setMaxSpeed':
        await this.#subject().setMaxSpeed(maxSpeed);
        return;
      case 'remove':
        await agent.remove(tid);
        return;
      case 'show':
        await agent.show(tid);
        return;
      case 'search':
        await agent.search();
        return;
      case 'createGroup':
        this.#gid = await agent.createGroup({ notification: {} });
        return;
      case 'attachGroup':
        await agent.attachGroup(this.#gid, [tid]);
        return;
    }
  }

  #subject(): Task {
    return this.#task ?? unreachable('a story speaks of a task before there is one');
  }

  #caller(by: CallStep['by']): App {
    if (by === 'app') return this.#world.app;
    this.#other ??= this.#world.addApp({ uid: otherUid });
    return this.#other;
  }

  async #happen(move: WorldMove): Promise<void> {
    const { app, store, disk } = this.#world;
    switch (move) {
      case 'appLeaves':
        return app.toBackground();
      case 'offline':
      case 'cellular':
        return this.#world.setNetwork(move);
      case 'userLeaves':
        return this.#world.setAccount(user, 'suspended');
      case 'serviceDies':
        return this.#world.setService('unavailable');
      case 'storeFills':
        return store.failNext('full');
      case 'fileBreaks': {
        const path = fileOfSubject(this.#script);
        disk.unlink(path);
        return disk.makeDirectory(path);
      }
      case 'graceEnds':
      case 'moment':
      case 'wait':
      case 'week':
        return this.#world.run(durationsMs[move]);
    }
  }
}

/** Another app of the same user. */
export const otherUid = 20_010_002;
export const user = 100;
/** Bytes per second: any that may be asked for. */
export const maxSpeed = 20_000;

/** What the task of the story writes, or reads. */
export function fileOfSubject({ action }: Pick<Script, 'action'>): string {
  return `${root}/${placeOf('usable', action)?.path ?? ''}`;
}
