import type { Facts } from '../../machines/admission.ts';
import { appMachine } from '../../machines/app.ts';
import { groupMachine } from '../../machines/group.ts';
import { bucketOf, queueMachine } from '../../machines/queue.ts';
import { rule } from '../../machines/rules.ts';
import type { TaskEvent, TaskOperation, Traits } from '../../machines/task.ts';
import { type ErrorCode, errorCodes, type Link, type Reason } from '../../machines/vocabulary.ts';
import { checkTid } from '../api/validate.ts';
import { begin, step } from '../engine/step.ts';
import { BusinessError, unreachable } from '../errors.ts';
import { obstacleOf } from './disk.ts';
import { placeNames, placeOf } from './places.ts';
import { admit, aroundTask, type Refusal, refuses, type Scene, send, serviceRefuses, withTask } from './scene.ts';
import type { CallStep, CreateStep, Step, Variant, WorldStep } from './steps.ts';
import { wireNames, wireOf } from './wires.ts';

/** What a step makes of a scene. */
export interface Outcome {
  readonly scene: Scene;
  /** The call was refused. */
  readonly refusal: Refusal | null;
  /** The task failed because of it. */
  readonly failed: Reason | null;
}

/** An id that no task of a story has. */
export const neverId = '123456789';
export const overlongId = '1'.repeat(33);

/** Looks like `allowed`: what a look or a limit changes is nothing that the charts know. */
const quiet = (scene: Scene): Outcome => ({ scene, refusal: null, failed: null });

/**
 * Everything that may be done next, in the order in which equal ways are preferred. A file that was made to be in the way
 * is met at once: until then nothing else would be a step towards it.
 */
export function movesFrom(scene: Scene, troublesMax: number): readonly Step[] {
  const creations = creationsFrom(scene);
  if (scene.place !== null) return creations.filter(({ place }) => place === scene.place);
  return [...callsFrom(scene), ...creations, ...happeningsFrom(scene, scene.troubles < troublesMax)];
}

/** @returns null where the step cannot be taken, or changes nothing that a story would tell. */
export function outcomeOf(scene: Scene, taken: Step): Outcome | null {
  switch (taken.do) {
    case 'create':
      return create(scene, taken);
    case 'call':
      return call(scene, taken);
    case 'place':
      return quiet({ ...scene, place: taken.place, troubles: scene.troubles + 1 });
    case 'wire':
      return quiet({ ...scene, wire: taken.wire, troubles: scene.troubles + 1 });
    case 'world':
      return failing(scene, happen(scene, taken.move));
  }
}

// --- Calls -----------------------------------------------------------------------------------------------------------

function callsFrom({ task, collected, group }: Scene): CallStep[] {
  const ask = (operation: CallStep['operation'], of: CallStep['of'], by: CallStep['by'] = 'app'): CallStep => ({
    do: 'call',
    operation,
    of,
    by,
  });
  const calls = [ask('remove', 'never'), ask('show', 'never'), ask('show', 'overlong'), ask('search', 'none')];
  if (group === null) calls.push(ask('createGroup', 'none'));
  if (collected) calls.push(ask('show', 'task'), ask('remove', 'task'), ask('pause', 'task'));
  if (task === null) return calls;
  const operations = ['start', 'pause', 'resume', 'stop', 'remove', 'show', 'setMaxSpeed'] as const;
  calls.push(...operations.map((operation) => ask(operation, 'task')));
  calls.push(ask('show', 'task', 'other'), ask('remove', 'task', 'other'));
  if (group !== null) calls.push(ask('attachGroup', 'task'));
  return calls;
}

function call(scene: Scene, { operation, of, by }: CallStep): Outcome | null {
  if (of === 'overlong') return { ...quiet(scene), refusal: overlongRefusal() };
  const refusal = admit(operation, factsOf(scene, operation, of, by));
  if (operation === 'createGroup') {
    // Some rule sets hide that it failed: no error, and no group.
    if (refusal !== null) return rule(scene.rules, 'hideFailedGroup') ? null : { ...quiet(scene), refusal };
    return quiet({ ...scene, group: begin(groupMachine) });
  }
  if (refusal !== null || scene.task === null || operation === 'search') return { ...quiet(scene), refusal };
  const sent = send(scene, { to: 'task', event: eventOf(scene, operation) });
  if (sent.refusal !== null) return { ...quiet(scene), refusal: sent.refusal };
  if (scene.storeIsFull && sent.scene.task?.value !== scene.task.value) {
    return {
      ...quiet(scene),
      refusal: { code: errorCodes.SERVICE, operation, chart: 'store', state: 'unstored' },
    };
  }
  return quiet(sent.scene);
}

function factsOf(scene: Scene, operation: CallStep['operation'], of: CallStep['of'], by: CallStep['by']): Facts {
  const serviceDown = serviceRefuses(scene, operation);
  if (of === 'none') return { serviceDown };
  return {
    serviceDown,
    unknownTask: of === 'never' || scene.task === null,
    accountAway: scene.account.value !== 'active',
    notOwner: by === 'other',
    wrongToken: operation === 'show' && scene.token,
  };
}

function eventOf(scene: Scene, operation: TaskOperation): TaskEvent {
  if (operation !== 'start' && operation !== 'resume') return { type: operation };
  return { type: operation, around: aroundTask(scene), whole: false };
}

/** No chart is asked for an id that is no id. */
function overlongRefusal(): Refusal {
  try {
    checkTid(overlongId, 'show');
  } catch (error) {
    if (error instanceof BusinessError) {
      return {
        code: error.code as ErrorCode,
        operation: 'show',
        chart: 'arguments',
        state: 'unchecked',
        obstacle: 'unknownTask',
      };
    }
    throw error;
  }
  return unreachable('an overlong id passes for one');
}

// --- Creations -------------------------------------------------------------------------------------------------------

function creationsFrom(scene: Scene): CreateStep[] {
  const { action } = scene;
  const agent = (mode: CreateStep['mode'], variant: Variant = 'plain', place: CreateStep['place'] = 'usable') =>
    ({ do: 'create', api: 'agent', action, mode, place, variant, times: 1 }) as const;
  const legacy = (place: CreateStep['place'], variant: Variant = 'plain'): CreateStep => ({
    ...agent('background', variant, place),
    api: 'legacy',
  });
  const isFirst = scene.task === null && !scene.collected;
  const creations: CreateStep[] = [agent('background'), agent('foreground')];
  if (isFirst) {
    creations.push(...(['token', 'noRetry', 'wifiOnly'] as const).map((variant) => agent('background', variant)));
  }
  const reachable = placeNames.filter((name) => {
    const place = placeOf(name, action);
    return place !== null && name !== 'usable' && (place.acts.length === 0 || scene.place === name);
  });
  creations.push(...reachable.map((place) => agent('background', 'plain', place)), legacy('usable'));
  // Legacy calls cannot ask for a file to be overwritten.
  creations.push(
    ...reachable.filter((place) => placeOf(place, action)?.overwrite !== true).map((place) => legacy(place)),
  );
  if (action === 'upload') creations.push(legacy('usable', 'dataNoArray'));
  return creations;
}

function create(scene: Scene, taken: CreateStep): Outcome | null {
  const { api, action, mode, variant, place } = taken;
  const found = obstacleOf(scene.rules, taken, scene.wire);
  const refusal = admit('create', {
    ...(found === null ? {} : { [found]: true }),
    ...(scene.storeIsFull ? { notCreatable: true } : {}),
    serviceDown: serviceRefuses(scene, 'create'),
    notForeground: refuses(step(appMachine, scene.app, { type: 'create', mode }).effects),
    queueFull: refuses(step(queueMachine, scene.queues[bucketOf(mode)], { type: 'create' }).effects),
  });
  if (refusal !== null) return { ...quiet(scene), refusal };
  // Legacy tasks swallow what refuses them; there is no more to tell of one.
  if (api === 'legacy' || place !== 'usable') return null;
  if (scene.task !== null || scene.collected) return quiet(withTask(scene, null, mode));
  const traits: Traits = {
    rules: scene.rules,
    api,
    action,
    mode,
    network: variant === 'wifiOnly' ? 'wifi' : 'any',
    metered: false,
    roaming: true,
    retry: variant !== 'noRetry' && variant !== 'wifiOnly',
  };
  return quiet({ ...withTask(scene, traits, mode), token: variant === 'token' });
}

// --- The world -------------------------------------------------------------------------------------------------------

const links = {
  offline: { type: 'offline', metered: false, roaming: false },
  cellular: { type: 'cellular', metered: true, roaming: false },
} as const satisfies Record<string, Link>;

function happeningsFrom(scene: Scene, mayGoWrong: boolean): WorldStep[] {
  const { action, task, app, network, account, service } = scene;
  const steps: WorldStep[] = (['moment', 'wait', 'graceEnds', 'week'] as const).map((move) => ({ do: 'world', move }));
  if (!mayGoWrong) return steps;
  const world = (move: Extract<WorldStep, { do: 'world' }>['move']) => steps.push({ do: 'world', move });
  if (app.value === 'foreground') world('appLeaves');
  if (network.value === 'wifi') {
    world('offline');
    world('cellular');
  }
  if (account.value === 'active') world('userLeaves');
  if (service.value === 'available') world('serviceDies');
  if (!scene.storeIsFull) world('storeFills');
  {
    const staged = placeNames.filter((name) => (placeOf(name, action)?.acts.length ?? 0) > 0);
    steps.push(...staged.map((place) => ({ do: 'place', place, action }) as const));
  }
  if (scene.wire === null && task === null && !scene.collected) {
    const able = wireNames.filter((name) => name !== 'fileGone' && wireOf(name).actions.includes(action));
    steps.push(...able.map((wire) => ({ do: 'wire', wire }) as const));
  }
  if (scene.wire === null && task?.value === 'initialized') world('fileBreaks');
  return steps;
}

function happen(scene: Scene, move: Extract<WorldStep, { do: 'world' }>['move']): Scene | null {
  const troubled: Scene = { ...scene, troubles: scene.troubles + 1 };
  switch (move) {
    case 'appLeaves':
      return send(troubled, { to: 'app', event: { type: 'left' } }).scene;
    case 'offline':
    case 'cellular':
      return send(troubled, { to: 'network', link: links[move] }).scene;
    case 'userLeaves':
      return send(troubled, { to: 'account', event: { type: 'suspended' } }).scene;
    case 'serviceDies':
      return send(troubled, { to: 'service', event: { type: 'wentDown' } }).scene;
    case 'storeFills':
      return { ...troubled, storeIsFull: true };
    case 'fileBreaks':
      return { ...troubled, wire: 'fileGone' };
    case 'graceEnds':
      return scene.app.value === 'grace' ? send(scene, { to: 'app', event: { type: 'graceEnded' } }).scene : null;
    case 'moment':
      return afterMoment(scene);
    case 'wait':
      return afterWait(scene);
    case 'week':
      return afterWeek(scene);
  }
}

/** The first try goes wrong, where that is told. */
function afterMoment(scene: Scene): Scene | null {
  if (scene.wire === null || scene.task?.value !== 'running') return null;
  const { event } = wireOf(scene.wire);
  const after = send(scene, { to: 'transfer', event }).scene;
  return event.type === 'faulted' && after.task?.value === 'retrying' ? after : null;
}

/** Everything that was under way has ended. The grace of an app would end before that, which is another move. */
function afterWait(scene: Scene): Scene | null {
  const state = scene.task?.value;
  if ((state !== 'running' && state !== 'retrying') || scene.app.value === 'grace') return null;
  let after = scene;
  for (let stepsLeft = 100; after.transfer !== null; stepsLeft -= 1) {
    if (stepsLeft === 0) unreachable('a transfer never ends');
    const event =
      after.transfer.value === 'delaying'
        ? ({ type: 'delayEnded' } as const)
        : scene.wire === null
          ? ({ type: 'finished' } as const)
          : wireOf(scene.wire).event;
    after = send(after, { to: 'transfer', event }).scene;
  }
  return after;
}

/** Long enough for the clean-up to take whatever rests. */
function afterWeek(scene: Scene): Scene | null {
  if (scene.app.value === 'grace') return null;
  const after = send(scene, { to: 'task', event: { type: 'collected', ageMs: 8 * 86_400_000 } }).scene;
  return after.collected && !scene.collected ? after : null;
}

function failing(before: Scene, scene: Scene | null): Outcome | null {
  if (scene === null) return null;
  const hasFailed = scene.task?.value === 'failed' && before.task?.value !== 'failed';
  return { scene, refusal: null, failed: hasFailed ? (scene.task?.context.reason ?? null) : null };
}
