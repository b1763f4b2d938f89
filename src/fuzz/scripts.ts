import fc from 'fast-check';
import type { Rules } from '../../machines/vocabulary.ts';
import type { Corpus, Script, ServerFault, Step, WorldSettings } from './types.ts';
import { defaultWorld } from './world-settings.ts';

export interface ScriptSettings {
  /** Names that the client offers. */
  readonly actions: readonly string[];
  /** `device` unless told. */
  readonly rules?: Rules;
  readonly world?: Partial<WorldSettings>;
  /** 40 unless told. */
  readonly stepsMax?: number;
  /** How much virtual time the steps of a run may take, in ms; half an hour unless told. */
  readonly timeMsMax?: number;
  /** Runs to go on from. */
  readonly corpus?: Corpus;
}

const stepsMaxDefault = 40;
const timeMsMaxDefault = 1_800_000;
/** Delays of more than that many promises, events and timers are not drawn. */
const orderMax = 80;

/**
 * How often each kind of step is drawn, where it is enabled; each run enables half of them. Of runs of 40 steps at most, so
 * a quarter set the clock (an hour back, or an hour, a day or a month ahead), as many see another user, and a fifth each a cut
 * of the power and a crash of the service; a third a server that spoils an answer.
 */
const weights = {
  act: 40,
  wait: 26,
  app: 8,
  server: 8,
  network: 6,
  service: 7,
  disk: 6,
  account: 5,
  memory: 3,
  clock: 5,
} as const satisfies Record<Step['do'], number>;
type Kind = Step['do'];
const kinds = Object.keys(weights) as Kind[];
const optional = kinds.filter((kind) => kind !== 'act' && kind !== 'wait');

/** Below, at and above what takes time in a world: a turn, a round trip, a transfer, a second, a grace. */
const waitsMs = [1, 20, 45, 120, 400, 400, 900, 900, 1_500, 2_500, 8_000, 61_000, 900_000];
const delaysMs = [0, 0, 0, 1, 30, 150, 700, 2_000];

/** One draw; what becomes of it depends on what went before. */
interface Draw {
  readonly kind: number;
  readonly which: number;
  readonly n: number;
}

const nat = fc.nat({ max: 9_999 });
const draw: fc.Arbitrary<Draw> = fc.record({ kind: nat, which: nat, n: fc.constantFrom(0, 0, 0, 1, 1, 2) });

/**
 * Scripts that go deep: each run knows only some kinds of steps and some actions (a swarm), what was broken is mended
 * more often than not, and some go on from the corpus. Of 100 runs, 20 and more each set the clock, crash the service or change
 * the account, and nearly as many cut the power.
 */
export function anyScript(settings: ScriptSettings): fc.Arbitrary<Script> {
  const { stepsMax = stepsMaxDefault, corpus } = settings;
  const fresh = freshScript(settings);
  if (corpus === undefined || corpus.scripts.length === 0) return fresh;
  const further = fc
    .record({ base: fc.constantFrom(...corpus.scripts), more: fresh, cut: nat })
    .map(({ base, more, cut }) => {
      const kept = base.steps.slice(0, base.steps.length - (cut % 4));
      const order = base.order.length > 0 && cut % 3 > 0 ? base.order : more.order;
      return { ...more, order, steps: [...kept, ...more.steps].slice(0, stepsMax) };
    });
  return fc.oneof({ weight: 3, arbitrary: fresh }, { weight: 2, arbitrary: further });
}

function freshScript(settings: ScriptSettings): fc.Arbitrary<Script> {
  const { actions, rules = 'device', world, stepsMax = stepsMaxDefault, timeMsMax = timeMsMaxDefault } = settings;
  return fc
    .record({
      seed: fc.nat({ max: 99 }),
      enabled: fc.subarray(optional),
      offered: fc.oneof(
        fc.constant([...actions]),
        fc.subarray([...actions], { minLength: Math.min(1, actions.length) }),
      ),
      draws: fc.array(draw, { minLength: 1, maxLength: stepsMax, size: 'max' }),
      order: fc.oneof(
        fc.constant<number[]>([]),
        fc.array(fc.constantFrom(...delaysMs), { maxLength: orderMax, size: 'max' }),
      ),
    })
    .map(({ seed, enabled, offered, draws, order }) => ({
      rules,
      seed,
      world: { ...defaultWorld, ...world },
      steps: stepsOf(draws, { enabled: ['act', 'wait', ...enabled], actions: offered, timeMsMax }),
      order,
    }));
}

/** One step, of any kind. */
export function anyStep(actions: readonly string[]): fc.Arbitrary<Step> {
  const choices = { enabled: kinds, actions, timeMsMax: timeMsMaxDefault };
  // Of two draws the second may mend what the first broke.
  return fc.record({ first: draw, second: draw, at: fc.nat({ max: 1 }) }).map(({ first, second, at }) => {
    const steps = stepsOf([first, second], choices);
    return steps[at] ?? { do: 'wait', ms: 1 };
  });
}

interface Choices {
  readonly enabled: readonly Kind[];
  readonly actions: readonly string[];
  readonly timeMsMax: number;
}

/** What the steps before have left the world in. */
interface Standing {
  hidden: boolean;
  down: boolean;
  network: Extract<Step, { do: 'network' }>['to'];
  away: boolean;
  pressed: boolean;
  diskBad: boolean;
  spentMs: number;
}

/** Draws in order, each made a step that makes sense where it stands. */
function stepsOf(draws: readonly Draw[], { enabled, actions, timeMsMax }: Choices): Step[] {
  const standing: Standing = {
    hidden: false,
    down: false,
    network: 'wifi',
    away: false,
    pressed: false,
    diskBad: false,
    spentMs: 0,
  };
  const tickets = enabled
    .filter((kind) => kind !== 'act' || actions.length > 0)
    .flatMap((kind) => Array.from({ length: weights[kind] }, () => kind));
  return draws.map((each) => {
    const kind = pick(tickets, each.kind) ?? 'wait';
    const step = stepOf(kind, each, { standing, actions, timeMsMax });
    note(step, standing);
    return step;
  });
}

interface Place {
  readonly standing: Standing;
  readonly actions: readonly string[];
  readonly timeMsMax: number;
}

function stepOf(kind: Kind, { which, n }: Draw, { standing, actions, timeMsMax }: Place): Step {
  const mends = which % 4 > 0;
  switch (kind) {
    case 'act':
      if (standing.away) return { do: 'account', to: 'back' };
      return { do: 'act', name: pick(actions, which) ?? '', n };
    case 'wait': {
      const ms = pick(waitsMs, which) ?? 1;
      return { do: 'wait', ms: standing.spentMs + ms > timeMsMax ? 1 : ms };
    }
    case 'app':
      if (standing.hidden && mends) return { do: 'app', to: 'foreground' };
      return { do: 'app', to: which % 3 === 0 || standing.hidden ? 'relaunched' : 'background' };
    case 'service':
      if (standing.down && mends) return { do: 'service', to: 'up' };
      return { do: 'service', to: which % 2 === 0 || standing.down ? 'restarted' : 'down' };
    case 'network':
      if (standing.network !== 'wifi' && mends) return { do: 'network', to: 'wifi' };
      return {
        do: 'network',
        to: pick(['offline', 'offline', 'cellular', 'roaming'] as const, which >> 2) ?? 'offline',
      };
    case 'account':
      return { do: 'account', to: standing.away ? 'back' : 'away' };
    case 'memory':
      return { do: 'memory', level: standing.pressed && mends ? 0 : which % 8 };
    case 'clock':
      return { do: 'clock', jumpMs: pick(jumpsMs, which) ?? 0 };
    case 'disk':
      if (standing.diskBad) return { do: 'disk', to: 'free' };
      return { do: 'disk', to: pick(['power cut', 'full', 'power cut', 'failing'] as const, which) ?? 'full' };
    case 'server':
      return { do: 'server', fault: { times: n + 1, ...(pick(serverFaults, which) ?? { is: 'no ranges' }) } };
  }
}

const hourMs = 3_600_000;
const jumpsMs = [-hourMs, hourMs, 25 * hourMs, 31 * 24 * hourMs];

type Fault = ServerFault extends infer F ? (F extends ServerFault ? Omit<F, 'times'> : never) : never;

/** Cloud services answer their own errors with these statuses and bodies. */
const serverFaults: readonly Fault[] = [
  { is: 'status', status: 503, body: '' },
  { is: 'status', status: 404, body: '' },
  { is: 'status', status: 403, body: '{"error_code":31045,"error_msg":"user not exists","request_id":1}' },
  { is: 'reset', afterBytes: 0 },
  { is: 'reset', afterBytes: 2_500 },
  { is: 'stall', afterBytes: 1_000 },
  { is: 'refused', cause: 'tcp' },
  { is: 'refused', cause: 'dns' },
  { is: 'refused', cause: 'timeout' },
  { is: 'late', delayMs: 3_000 },
  { is: 'truncated', afterBytes: 3_000 },
  { is: 'new version' },
  { is: 'no ranges' },
  { is: 'wrong length' },
  { is: 'redirect loop' },
  { is: 'error page', body: '{"error_code":31045,"error_msg":"user not exists","request_id":1}' },
  { is: 'error page', body: '<!doctype html><title>502 Bad Gateway</title>' },
];

function note(step: Step, standing: Standing): void {
  switch (step.do) {
    case 'act':
      standing.hidden = false;
      break;
    case 'wait':
      standing.spentMs += step.ms;
      break;
    case 'app':
      standing.hidden = step.to === 'background';
      break;
    case 'service':
      standing.down = step.to === 'down';
      break;
    case 'network':
      standing.network = step.to;
      break;
    case 'account':
      standing.away = step.to === 'away';
      break;
    case 'memory':
      standing.pressed = step.level > 0;
      break;
    case 'disk':
      standing.diskBad = step.to === 'full' || step.to === 'failing';
      if (step.to === 'power cut') standing.hidden = false;
      break;
  }
}

function pick<T>(all: readonly T[], number: number): T | undefined {
  return all[number % Math.max(1, all.length)];
}
