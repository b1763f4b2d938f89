import type { ContextFrom } from 'xstate';
import { admissionMachine, type Facts, type Obstacle } from '../../machines/admission.ts';
import { type AccountEvent, type AppEvent, accountMachine, appMachine } from '../../machines/app.ts';
import type { groupMachine } from '../../machines/group.ts';
import { networkMachine } from '../../machines/network.ts';
import { type Bucket, bucketOf, defaultLimits, queueMachine, takesRoom } from '../../machines/queue.ts';
import { type ServiceEvent, serviceMachine } from '../../machines/service.ts';
import { isCandidate, slotsMachine } from '../../machines/slots.ts';
import { type TaskContext, type TaskEffect, type TaskEvent, type Traits, taskMachine } from '../../machines/task.ts';
import {
  type TransferContext,
  type TransferEffect,
  type TransferEvent,
  transferMachine,
} from '../../machines/transfer.ts';
import type { Action, ErrorCode, Link, Mode, Operation, Rules, State } from '../../machines/vocabulary.ts';
import type { Surroundings } from '../../machines/waiting.ts';
import { begin, type Resting, step } from '../engine/step.ts';
import type { PlaceName } from './places.ts';
import type { WireName } from './wires.ts';

/** All charts at rest, and what lies around them: one task, its app, and a small queue. Plain data, never changed in place. */
export interface Scene {
  readonly rules: Rules;
  readonly action: Action;
  /** Null before it is created and after it is collected. */
  readonly task: Resting<TaskContext> | null;
  readonly collected: boolean;
  readonly token: boolean;
  readonly transfer: Resting<TransferContext> | null;
  readonly queues: Readonly<Record<Bucket, Resting<ContextFrom<typeof queueMachine>>>>;
  readonly app: Resting<{ readonly rules: Rules }>;
  readonly account: Resting<ContextFrom<typeof accountMachine>>;
  readonly network: Resting<{ readonly link: Link }>;
  readonly service: Resting<{ readonly rules: Rules }>;
  readonly slots: Resting<{ readonly level: number }>;
  readonly group: Resting<ContextFrom<typeof groupMachine>> | null;
  readonly place: PlaceName | null;
  readonly wire: WireName | null;
  readonly storeIsFull: boolean;
  /** How many things have gone wrong around the app. */
  readonly troubles: number;
}

/** Who said no to a call, and why. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly operation: Operation;
  /** arguments: the checks before any chart. store: what a chart allowed could not be remembered. */
  readonly chart: 'admission' | 'task' | 'group' | 'arguments' | 'store';
  /** Of that chart. */
  readonly state: string;
  readonly obstacle?: Obstacle;
}

/** As many tasks as a queue of the search holds; the queue of a rule set may hold a thousand. */
export const smallQuota = 2;

export const wifi: Link = { type: 'wifi', metered: false, roaming: false };

/** An app in the foreground, Wi-Fi, nothing created yet. */
export function openingScene(rules: Rules, action: Action): Scene {
  const limits = defaultLimits(rules);
  const queue = (tasksMax: number) => begin(queueMachine, { tasksMax: Math.min(tasksMax, smallQuota) });
  const foreground = Number.isFinite(limits.foregroundTasksMax)
    ? queue(limits.foregroundTasksMax)
    : begin(queueMachine, { tasksMax: limits.foregroundTasksMax });
  return {
    rules,
    action,
    task: null,
    collected: false,
    token: false,
    transfer: null,
    queues: { background: queue(limits.backgroundTasksMax), foreground },
    app: step(appMachine, begin(appMachine, { rules }), { type: 'entered' }).next,
    account: begin(accountMachine),
    network: step(networkMachine, begin(networkMachine), { type: 'changed', link: wifi }).next,
    service: begin(serviceMachine, { rules }),
    slots: begin(slotsMachine),
    group: null,
    place: null,
    wire: null,
    storeIsFull: false,
    troubles: 0,
  };
}

/** Equal for scenes that differ in nothing that matters. */
export function keyOf(scene: Scene): string {
  const { task, transfer, queues, network } = scene;
  const traits = task?.context.traits;
  return [
    task?.value ?? scene.collected,
    task?.context.reason,
    traits?.mode,
    traits?.retry,
    traits?.network,
    scene.token,
    transfer?.value,
    transfer?.context.tries,
    queues.background.context.count,
    queues.foreground.context.count,
    scene.app.value,
    scene.account.value,
    network.context.link.type,
    scene.service.value,
    scene.group?.value,
    scene.place,
    scene.wire,
    scene.storeIsFull,
    scene.troubles,
  ].join();
}

/** What the admission chart says to a call. */
export function admit(operation: Operation, facts: Facts): Refusal | null {
  for (const effect of step(admissionMachine, begin(admissionMachine), { type: operation, facts }).effects) {
    if (effect.type !== 'refused') continue;
    const { code, state, obstacle } = effect;
    return { code, operation, chart: 'admission', state, obstacle };
  }
  return null;
}

export function refuses(effects: readonly { readonly type: string }[]): boolean {
  return effects.some(({ type }) => type === 'refused');
}

export function serviceRefuses({ service }: Scene, operation: Operation): boolean {
  return refuses(step(serviceMachine, service, { type: 'call', operation }).effects);
}

export function aroundTask({ network, app, account }: Scene): Surroundings {
  return {
    link: network.context.link,
    appInForeground: app.value === 'foreground',
    accountActive: account.value !== 'inactive',
  };
}

type Letter =
  | { readonly to: 'task'; readonly event: TaskEvent }
  | { readonly to: 'transfer'; readonly event: TransferEvent }
  | { readonly to: 'app'; readonly event: AppEvent }
  | { readonly to: 'account'; readonly event: AccountEvent }
  | { readonly to: 'service'; readonly event: ServiceEvent }
  | { readonly to: 'network'; readonly link: Link }
  | { readonly to: 'slots' };

export interface Sent {
  readonly scene: Scene;
  /** What the task chart would not have. */
  readonly refusal: Refusal | null;
}

/** Delivers a letter and all that the charts send each other because of it. The scene that is given stays as it was. */
export function send(scene: Scene, letter: Letter): Sent {
  const post = new Post(scene);
  post.deliver(letter);
  return { scene: post.scene, refusal: post.refusal };
}

/** A task enters the world: as the one of the story, or as one more in the queue. */
export function withTask(scene: Scene, traits: Traits | null, mode: Mode): Scene {
  const bucket = bucketOf(mode);
  const queues = { ...scene.queues, [bucket]: step(queueMachine, scene.queues[bucket], { type: 'entered' }).next };
  return traits === null ? { ...scene, queues } : { ...scene, queues, task: begin(taskMachine, { traits }) };
}

class Post {
  scene: Scene;
  refusal: Refusal | null = null;

  constructor(scene: Scene) {
    this.scene = scene;
  }

  deliver(letter: Letter): void {
    const { scene } = this;
    switch (letter.to) {
      case 'task':
        return this.#task(letter.event);
      case 'transfer':
        return this.#transfer(letter.event);
      case 'app': {
        const { next, effects } = step(appMachine, scene.app, letter.event);
        this.scene = { ...scene, app: next };
        for (const effect of effects) if (effect.type === 'tasks.tell') this.#tell(effect.happening);
        return;
      }
      case 'account': {
        const { next, effects } = step(accountMachine, scene.account, letter.event);
        this.scene = { ...scene, account: next };
        for (const { happening } of effects) this.#tell(happening);
        return;
      }
      case 'service':
        this.scene = { ...scene, service: step(serviceMachine, scene.service, letter.event).next };
        return;
      case 'network': {
        const { next, effects } = step(networkMachine, scene.network, { type: 'changed', link: letter.link });
        this.scene = { ...scene, network: next };
        for (const _ of effects) this.#tell('linkChanged');
        return;
      }
      case 'slots':
        return this.#slots();
    }
  }

  #tell(type: 'linkChanged' | 'appEntered' | 'appExpired' | 'accountLeft' | 'accountReturned'): void {
    const state = this.scene.task?.value;
    if (state === 'waiting' || state === 'running' || state === 'retrying') {
      this.#task({ type, around: aroundTask(this.scene) });
    }
  }

  #task(event: TaskEvent): void {
    const before = this.scene.task;
    if (before === null) return;
    const { next, effects } = step(taskMachine, before, event);
    this.scene = { ...this.scene, task: next };
    if (takesRoom(before.value as State) !== takesRoom(next.value as State)) {
      this.#queue(next.context.traits.mode, takesRoom(next.value as State) ? 'entered' : 'left');
    }
    for (const effect of effects) this.#follow(effect, next);
    if (mayRun(before) !== mayRun(this.scene.task)) this.deliver({ to: 'slots' });
  }

  #follow(effect: TaskEffect, task: Resting<TaskContext>): void {
    switch (effect.type) {
      case 'refused':
        this.refusal = { code: effect.code, operation: effect.operation, chart: 'task', state: effect.state };
        return;
      case 'transfer.open':
        this.scene = { ...this.scene, transfer: this.scene.transfer ?? begin(transferMachine, { exchanges: 1 }) };
        return this.#transfer({ type: 'open', index: 0 });
      case 'transfer.close':
        return this.#transfer({ type: 'close', interrupted: effect.interrupted });
      case 'transfer.reopen':
        return this.#transfer({ type: 'reopen' });
      case 'task.forget':
        if (takesRoom(task.value as State)) this.#queue(task.context.traits.mode, 'left');
        this.scene = { ...this.scene, task: null, transfer: null, collected: true };
        return;
    }
  }

  #transfer(event: TransferEvent): void {
    const before = this.scene.transfer;
    if (before === null) return;
    const { next, effects } = step(transferMachine, before, event);
    this.scene = { ...this.scene, transfer: next.value === 'idle' ? null : next };
    for (const effect of effects) this.#followTransfer(effect);
  }

  #followTransfer(effect: TransferEffect): void {
    switch (effect.type) {
      // A transport lets go of what is cancelled, sooner or later; here at once.
      case 'exchange.cancel':
        return this.#transfer({ type: 'cancelled' });
      case 'task.retrying':
        return this.#task({ type: 'retrying' });
      case 'task.reconnected':
        return this.#task({ type: 'reconnected' });
      case 'task.succeeded':
        return this.#task({ type: 'succeeded' });
      case 'task.faulted':
        return this.#task({ type: 'faulted', reason: effect.reason });
      case 'task.settled':
        return this.#task({ type: 'settled', interrupted: effect.interrupted });
    }
  }

  #slots(): void {
    const asked = step(slotsMachine, this.scene.slots, { type: 'changed' });
    this.scene = { ...this.scene, slots: step(slotsMachine, asked.next, { type: 'assigned' }).next };
    // One task never lacks a slot.
    if (asked.effects.length > 0 && this.scene.task?.value === 'waiting' && mayRun(this.scene.task)) {
      this.#task({ type: 'admitted' });
    }
  }

  #queue(mode: Mode, type: 'entered' | 'left'): void {
    const bucket = bucketOf(mode);
    const { queues } = this.scene;
    this.scene = { ...this.scene, queues: { ...queues, [bucket]: step(queueMachine, queues[bucket], { type }).next } };
  }
}

function mayRun(task: Resting<TaskContext> | null): boolean {
  return task !== null && isCandidate(task.value as State, task.context.reason);
}
