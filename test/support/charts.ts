import {
  type AnyStateMachine,
  type ContextFrom,
  createActor,
  type EmittedFrom,
  type EventFromLogic,
  type InputFrom,
} from 'xstate';

/** A chart that runs by itself, and all that it has asked for. */
export interface Played<M extends AnyStateMachine> {
  /** Sends events, and gives what they made the chart ask for. */
  send(...events: readonly EventFromLogic<M>[]): EmittedFrom<M>[];
  /** The innermost state. */
  readonly state: string;
  readonly context: ContextFrom<M>;
}

/** Runs one chart alone, as XState runs it. @param from  the full value of a state to begin in. */
export function play<M extends AnyStateMachine>(
  machine: M,
  input?: InputFrom<M>,
  from?: { readonly value: unknown; readonly context: unknown },
): Played<M> {
  const snapshot = from === undefined ? {} : { snapshot: machine.resolveState(from as never) };
  const actor = createActor(machine as AnyStateMachine, { input, ...snapshot });
  let effects: EmittedFrom<M>[] = [];
  actor.on('*', (effect) => effects.push(effect as EmittedFrom<M>));
  actor.start();
  return {
    send(...events) {
      effects = [];
      for (const event of events) actor.send(event);
      return effects;
    },
    get state() {
      return leafOf(actor.getSnapshot().value);
    },
    get context() {
      return actor.getSnapshot().context as ContextFrom<M>;
    },
  };
}

function leafOf(value: unknown): string {
  return typeof value === 'string' ? value : leafOf(Object.values(value as object)[0]);
}
