// Engine operations, under fast-check and without it: the same sequences against an empty switch, the engine, and the
// same charts run as XState actors.
import fc from 'fast-check';
import { createMemoryFiles, createMemoryStore, createSeededRandom, createSimulatedClock } from '../dist/sim.js';
import { actorWorldOf } from './actors.mjs';
import { inside } from './inside.mjs';
import { beside, burned, inTurn, median, over, percent, row, short } from './measure.mjs';

const length = 50;
const places = 10;
const settings = { tasksMax: 8, slots: 3, link: { type: 'wifi', metered: false, roaming: false } };
const offline = { type: 'offline', metered: false, roaming: false };
const uid = 20_010_001;

/** Commands by number. `create` at a place that is taken starts the task there. */
const kinds = [
  'create',
  'create',
  'create',
  'createForeground',
  'start',
  'start',
  'pause',
  'resume',
  'stop',
  'remove',
  'setMaxSpeed',
  'show',
  'touch',
  'query',
  'app',
  'link',
];
const looks = new Set(['setMaxSpeed', 'show', 'touch', 'query']);

/** The form that people write: an array of records. */
const records = fc.record({
  rules: fc.constantFrom('documented', 'device'),
  commands: fc.array(fc.record({ kind: fc.nat({ max: kinds.length - 1 }), place: fc.nat({ max: places - 1 }) }), {
    minLength: length,
    maxLength: length,
  }),
});
/** The leanest form there is: each command one integer. */
const integers = fc.tuple(
  fc.boolean(),
  fc.array(fc.nat({ max: kinds.length * places - 1 }), { minLength: length, maxLength: length }),
);

const inner = await inside([
  'xstate',
  './src/engine/engine.ts',
  './machines/admission.ts',
  './machines/app.ts',
  './machines/network.ts',
  './machines/queue.ts',
  './machines/rules.ts',
  './machines/slots.ts',
  './machines/task.ts',
  './machines/transfer.ts',
]);
const ActorWorld = actorWorldOf(inner);
const ports = {
  random: createSeededRandom(1),
  files: createMemoryFiles(),
  transport: { open: () => ({ setSpeed() {}, cancel() {} }), close: async () => {} },
};

/** The engine behind the same face as the actors. */
class EngineWorld {
  constructor(rules) {
    const { random, files, transport } = ports;
    const clock = createSimulatedClock();
    this.clock = clock;
    const limits = { backgroundTasksMax: settings.tasksMax, foregroundTasksMax: Number.POSITIVE_INFINITY };
    const tiers = inner.tiersOfCount(settings.slots);
    this.engine = new inner.Engine(
      { clock, random, files, transport, store: createMemoryStore() },
      { rules, limits, tiersAt: () => tiers, redirectsMax: 20, link: settings.link, trace: undefined },
      { told() {}, listenersDropped() {}, forgotten() {} },
    );
    this.engine.meetApp(uid, 'com.example.bench');
    this.engine.appChanged(uid, { type: 'entered' });
    this.tids = [];
  }

  create(mode) {
    const created = this.engine.create(uid, specs[mode], unknownSize, noFacts);
    if ('code' in created) return created.code;
    this.tids.push(created.tid);
    return 0;
  }

  operate(operation, seq) {
    return this.engine.operate(uid, operation, this.tids[seq])?.code ?? 0;
  }

  appChanged(type) {
    this.engine.appChanged(uid, { type });
  }

  linkChanged(link) {
    this.engine.linkChanged(link);
  }
}

const unknownSize = [-1];
const noFacts = {};
const specs = { background: specOf('background'), foreground: specOf('foreground') };

function specOf(mode) {
  return {
    api: 'agent',
    action: 'download',
    mode,
    url: 'http://files.example/file',
    method: 'GET',
    title: 'download',
    description: '',
    headers: {},
    body: '',
    form: [],
    files: [],
    target: '/data/file',
    overwrite: true,
    network: 'any',
    metered: true,
    roaming: true,
    retry: true,
    redirect: true,
    proxy: '',
    index: 0,
    begins: 0,
    ends: -1,
    gauge: false,
    precise: false,
    token: null,
    priority: 0,
    extras: {},
    multipart: false,
    notification: { visibility: 1 },
    minSpeed: { bytesPerSecond: 0, seconds: 0 },
    timeout: { connectionMs: 60_000, totalMs: 604_800_000 },
  };
}

/** Plays one sequence. `hear` gets what each command was and the code that answered it, 0 for none. */
class Player {
  constructor(world, hear = () => {}) {
    this.world = world;
    this.hear = hear;
    this.taken = new Array(places).fill(-1);
    this.created = 0;
  }

  command(number, place) {
    const { world } = this;
    const kind = kinds[number];
    switch (kind) {
      case 'create':
      case 'createForeground': {
        const seq = this.taken[place];
        if (seq >= 0) return this.hear('start', world.operate('start', seq));
        const code = world.create(kind === 'create' ? 'background' : 'foreground');
        if (code === 0) this.taken[place] = this.created++;
        return this.hear('create', code);
      }
      case 'app':
        world.appChanged(place % 2 === 0 ? 'entered' : 'left');
        return this.hear('app', 0);
      case 'link':
        world.linkChanged(place % 3 === 0 ? offline : settings.link);
        return this.hear('link', 0);
      default: {
        const seq = this.taken[place];
        if (seq < 0 && this.created === 0) return this.hear('none', 0);
        return this.hear(kind, world.operate(kind, seq < 0 ? this.created - 1 : seq));
      }
    }
  }
}

function emptySwitch(number) {
  switch (kinds[number]) {
    case 'create':
    case 'createForeground':
    case 'app':
    case 'link':
      return;
    default:
  }
}

const ofRecords = (worldOf) =>
  fc.property(records, ({ rules, commands }) => {
    const player = worldOf === null ? null : new Player(worldOf(rules));
    for (const { kind, place } of commands) player === null ? emptySwitch(kind, place) : player.command(kind, place);
  });
const ofIntegers = (worldOf) =>
  fc.property(integers, ([isDevice, commands]) => {
    const player = worldOf === null ? null : new Player(worldOf(isDevice ? 'device' : 'documented'));
    for (const code of commands) {
      const kind = Math.floor(code / places);
      player === null ? emptySwitch(kind) : player.command(kind, code % places);
    }
  });
const engineWorld = (rules) => new EngineWorld(rules);
const actorWorld = (rules) => new ActorWorld(rules, settings);

export async function operationsUnderFastCheck({ quick }) {
  mustAgree(quick ? 100 : 500);
  const sequences = quick ? 4_000 : 20_000;
  // Operations in a ms of processor.
  const rate = (property, numRuns) => async (round) =>
    (numRuns * length) / (await burned(() => fc.assert(property, { numRuns, seed: round + 1 })));
  const rates = await inTurn(
    {
      ceiling: rate(ofRecords(null), sequences),
      engine: rate(ofRecords(engineWorld), sequences),
      actors: rate(ofRecords(actorWorld), sequences / 10),
      leanCeiling: rate(ofIntegers(null), sequences),
      leanEngine: rate(ofIntegers(engineWorld), sequences),
    },
    { rounds: quick ? 3 : 9, warmUps: 2 },
  );
  const of = (name) => median(rates[name]) * 1000;
  const ratio = over(rates.engine, rates.ceiling);
  const overActors = over(rates.engine, rates.actors);
  return [
    row({
      what: 'engine operations under fast-check (arrays of 50 records), against an empty switch',
      measured: `${short(of('engine'))}/s / ${short(of('ceiling'))}/s = ${percent(ratio)}`,
      target: '≥ 50 %',
      met: ratio >= 0.5,
    }),
    row({
      what: 'the same, against the same charts run as XState actors',
      measured: `${short(of('engine'))}/s / ${short(of('actors'))}/s = ${overActors.toFixed(1)} ×`,
      target: '≥ 10 ×',
      met: overActors >= 10,
    }),
    beside(
      'the same with the leanest arbitrary (arrays of 50 integers), against an empty switch',
      `${short(of('leanEngine'))}/s / ${short(of('leanCeiling'))}/s = ${percent(over(rates.leanEngine, rates.leanCeiling))}`,
    ),
  ];
}

/** Engine and actors must answer alike, or they were not asked the same. */
function mustAgree(sequences) {
  for (const { rules, commands } of fc.sample(records, { numRuns: sequences, seed: 7 })) {
    const [one, other] = [engineWorld(rules), actorWorld(rules)].map((world) => {
      const heard = [];
      const player = new Player(world, (kind, code) => heard.push(`${kind} ${code}`));
      for (const { kind, place } of commands) player.command(kind, place);
      return heard;
    });
    for (const [at, said] of one.entries()) {
      if (said === other[at]) continue;
      const story = one.slice(0, at + 1).join(', ');
      throw new Error(`engine and actors differ by ${rules} rules: ${story}; the actors say ${other[at]}`);
    }
  }
}

export async function operationsAlone({ quick }) {
  const sequences = fc.sample(records, { numRuns: 4_000, seed: 1 });
  const plays = quick ? 1 : 5;
  const play = () => {
    for (const { rules, commands } of Array.from({ length: plays }, () => sequences).flat()) {
      const player = new Player(engineWorld(rules));
      for (const { kind, place } of commands) player.command(kind, place);
    }
  };
  const times = quick ? 200_000 : 1_000_000;
  const rate = (operations, act) => async () => operations / (await burned(act));
  const asked = (operation, state) => {
    const world = engineWith(state);
    return rate(times, () => {
      for (let n = 0; n < times; n += 1) world.operate(operation, n % settings.tasksMax);
    });
  };
  const moving = engineWith('running');
  const starting = () => {
    for (let n = 0; n < 10 * sequences.length; n += 1) engineWorld(n % 2 === 0 ? 'documented' : 'device');
  };
  const rates = await inTurn(
    {
      mix: rate(plays * sequences.length * length, play),
      starts: rate(10 * sequences.length, starting),
      refusals: asked('pause', 'initialized'),
      looks: asked('show', 'initialized'),
      transitions: rate(times / 2, async () => {
        for (let n = 0; n < times / 2; n += 2) {
          moving.operate('pause', (n >> 1) % settings.slots);
          moving.operate('resume', (n >> 1) % settings.slots);
          // Notices are delivered, as they are in life, and do not pile up.
          if (n % 2_000 === 0) await moving.clock.run(1);
        }
      }),
    },
    { rounds: quick ? 3 : 5, warmUps: 2 },
  );
  const of = (name) => median(rates[name]) * 1000;
  const mix = of('mix');
  return [
    row({
      what: `engine operations without fast-check, the same sequences: ${shares(sequences)}; an engine for each 50`,
      measured: `${short(mix)}/s`,
      target: '≥ 3 M/s',
      met: mix >= 3e6,
    }),
    beside('of them refusals of one engine', `${short(of('refusals'))}/s`),
    beside('of them looks (`show`) at tasks of one engine', `${short(of('looks'))}/s`),
    beside('of them transitions (`pause`, `resume` of running tasks) of one engine', `${short(of('transitions'))}/s`),
    beside('engines started, with an app', `${short(of('starts'))}/s`),
  ];
}

/** An engine with as many tasks as the quota allows, all of them created, and started if they are to run. */
function engineWith(state) {
  const world = engineWorld('documented');
  for (let n = 0; n < settings.tasksMax; n += 1) {
    world.create('background');
    if (state === 'running') world.operate('start', n);
  }
  return world;
}

/** What the mix is made of. */
function shares(sequences) {
  const counts = { refusals: 0, looks: 0, events: 0, transitions: 0 };
  const hear = (kind, code) => {
    if (code !== 0) counts.refusals += 1;
    else if (looks.has(kind) || kind === 'none') counts.looks += 1;
    else if (kind === 'app' || kind === 'link') counts.events += 1;
    else counts.transitions += 1;
  };
  for (const { rules, commands } of sequences) {
    const player = new Player(engineWorld(rules), hear);
    for (const { kind, place } of commands) player.command(kind, place);
  }
  const all = sequences.length * length;
  return Object.entries(counts)
    .map(([name, count]) => `${percent(count / all)} ${name}`)
    .join(', ');
}
