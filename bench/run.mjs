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
  'on the machine does not count; where disks, sockets or other programs take part it is that of the wall. A ratio is the',
  'median of those of the rounds.',
];
/** What keeps the rows from their targets, as profiles show it. */
const limits = `## What limits the missed rows

- **Engine operations.** What a task's chart makes of a call is worked out once for each place where it may rest, so that refusals and
  looks cost about a hundred nanoseconds. What is left is the third of the mix that changes something, one to four microseconds each:
  about ten letters between charts, a turn that can be taken back, four indexes, a record in the store, a job for the transport. The
  profile is flat: \`step\` 8 %, the collector 4 %, nothing else above 5 %; an engine of its own for each 50 operations is 5 %. Three million
  a second would leave 300 ns for each, and half of fast-check's ceiling as much.
- **Public API.** A life of eight operations allocates 64 KB: promises, a checked config, notices, records. Turns of the engine are 40 %,
  the collector 11 %, nothing else above 5 %.
- **Empty tasks.** p-queue calls a function; a task is checked, stored four times, given a slot, and told about by events.
- **Durable operations.** The statements are 31 % and COMMIT is 26 % of the time of a run that is warm, and raw libsql has only those;
  the rest is the API and the engine, as above. Three times BullMQ would be as much as raw libsql does. A thread of its own for the
  writing was built and measured, and gained nothing: to have something to do meanwhile, callers come in groups of half the size, and
  flushing half a group takes as long as flushing a whole one.
- **Virtual time.** Clock, engine and one \`progress\` a second cost less than a microsecond for each second of a task, so that the target is
  met without a wire. A simulated wire adds a timer, a piece of content and a file that grows: as much again, most of it waiting for memory,
  so that neighbours who use the caches halve the figure.
- **Recovery.** The collector takes a third and libsql's cursor a fifth; parsing is 5 %, since a store holds of a spec only what is not plain.
  The median was between 0.85 and 1.5 s in the runs of one day, as the processors were given to others or not.
- **Transfers.** Longshore and bare undici take the same processor time for a gigabyte, within the noise of the machine; curl and aria2
  write from the buffer into which the kernel has read, while undici makes a new one for each 64 KiB and hands it to another thread.
  More would take a client that reads into buffers of the caller's.
- **Bundle.** XState's interpreter is left out; what remains is our own code and eventemitter3. 6 % of it are sentences that tell people what
  was wrong and what helps.`;
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
