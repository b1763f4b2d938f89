// `npm run bench`: every comparison in one run. `-- --json` prints one document, `-- --write` renews docs/benchmarks.md,
// `-- --quick` takes fewer rounds, and names of benches run only those.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine } from './measure.mjs';

/** By name, the module and what it is to export. */
const benches = {
  operationsUnderFastCheck: 'operations.mjs',
  operationsAlone: 'operations.mjs',
  publicApi: 'api.mjs',
  emptyTasks: 'api.mjs',
  durableOperations: 'durable.mjs',
  virtualTime: 'virtual.mjs',
  scale: 'scale.mjs',
  million: 'million.mjs',
  recovery: 'recovery.mjs',
  download: 'download.mjs',
  downloads: 'download.mjs',
  upload: 'upload.mjs',
  bundle: 'size.mjs',
  commandLine: 'start.mjs',
  servedCost: 'served.mjs',
};
const heapMiBMax = 12_288;
/** What a process needs beyond what all of them get; its rows say so. */
const ownFlags = { million: ['--max-semi-space-size=64'] };
/** What the table does not say. */
const notes = [
  'Where only our own code is at work, time is that of the processor (collector and compiler included), so that other work',
  'on the machine does not count; where disks, sockets or other programs take part it is that of the wall.',
];
/** What keeps the rows from their targets, as profiles show it. */
const limits = `## What limits the missed rows

- **Engine operations.** A transition is about ten letters between charts, each a step of some 50 ns, and moves a task in four
  indexes; then the memory store takes the change. Refusals and looks need one step and no turn, and are near the target; a
  mix with a third of transitions is not. \`step\` is about 30 % of the profile, the collector 10 %. What is left: hold the compiled
  state with the resting chart instead of looking it up, and ask for slots once for several letters.
- **Public API.** The profile is flat: promises, checks of a whole config, path look-ups, notices, engine turns about 40 %.
- **Durable operations.** Half of the time is COMMIT waiting for the disk. 100 callers in lockstep cannot exceed a hundred times the
  flush rate, and the disk of a shared machine swings between 250 and 5,000 flushes a second.
- **Virtual time.** Clock, engine and one \`progress\` a second cost 2.5 to 4 µs for each second of a task; 1,000 tasks at 1,000 times
  real time leave one.
- **Recovery.** A third is the collector, then libsql's cursor and the parsing of specs. Traits and priority as columns, and specs
  parsed when somebody looks, would take most of it.
- **Bundle.** XState's interpreter is left out already; what remains is our own code and eventemitter3 (1 KB).`;
const [, , option, name] = process.argv;
const quick = process.argv.includes('--quick');

if (option === '--only') {
  const bench = (await import(`./${benches[name]}`))[name];
  console.log(JSON.stringify(await bench({ quick })));
  process.exit();
} else {
  const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  for (const each of asked) if (!(each in benches)) throw new Error(`there is no bench ${each}`);
  const there = Object.keys(benches).filter((each) => existsSync(join(import.meta.dirname, benches[each])));
  const chosen = asked.length > 0 ? asked : there;
  const report = { machine: machine(), quick, rows: chosen.flatMap(inProcess) };
  if (process.argv.includes('--json')) console.log(JSON.stringify(report, null, 2));
  else console.log(`${described(report)}\n\n${table(report)}`);
  if (process.argv.includes('--write'))
    writeFileSync(join(import.meta.dirname, '..', 'docs', 'benchmarks.md'), page(report));
}

/** Each in a process of its own: the heap that one fills must not slow down the next. */
function inProcess(bench) {
  console.error(`${bench} …`);
  // Collections between rounds are forced; they must not throw away compiled code.
  const flags = [
    '--expose-gc',
    '--no-flush-bytecode',
    `--max-old-space-size=${heapMiBMax}`,
    ...(ownFlags[bench] ?? []),
  ];
  const options = quick ? ['--quick'] : [];
  const { status, stdout } = spawnSync(
    process.execPath,
    [...flags, import.meta.filename, '--only', bench, ...options],
    { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${bench} ended with ${status}`);
  return JSON.parse(stdout);
}

function described({ machine: { node, system, cores, cpu, memoryGiB }, quick }) {
  const rounds = quick ? 'a quick run' : 'one run';
  return (
    `Medians of ${rounds}, contestants in turn, on ${cores} cores (${cpu}), ${memoryGiB} GiB, ${system}, Node ${node}. ` +
    'Machines differ, so the ratios matter and the absolute figures do not.'
  );
}

function table({ rows }) {
  const lines = rows.map(({ what, measured, target, verdict }) => `| ${what} | ${measured} | ${target} | ${verdict} |`);
  return ['| what | measured | target | |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

function page(report) {
  return [
    '# Benchmarks',
    '<!-- Generated by `npm run bench -- --write`. -->',
    described(report),
    table(report),
    notes.join(' '),
    limits,
    '',
  ].join('\n\n');
}
