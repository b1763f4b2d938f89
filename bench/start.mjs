// How long the command line takes to answer, against a Node that does nothing.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { inTurn, median, row, skipped, timed } from './measure.mjs';

const program = join(import.meta.dirname, '..', 'dist', 'cli.js');
const calls = [
  { parameters: ['--help'], ratioMax: 3 },
  { parameters: ['explain', '21900007'], ratioMax: 4 },
];

export async function commandLine({ quick }) {
  const known = calls.filter(({ parameters }) => node(program, ...parameters) === 0);
  const contestants = {
    node: () => timed(() => node('-e', '0')),
    ...Object.fromEntries(
      known.map(({ parameters }) => [parameters.join(' '), () => timed(() => node(program, ...parameters))]),
    ),
  };
  const times = await inTurn(contestants, { rounds: quick ? 7 : 25, warmUps: 2 });
  const bareMs = median(times.node);
  return calls.map(({ parameters, ratioMax }) => {
    const name = parameters.join(' ');
    const [what, target] = [`\`longshore ${name}\`, against \`node -e 0\``, `≤ ${ratioMax} ×`];
    if (times[name] === undefined) return skipped(what, target, 'there is no such command');
    const ratio = median(times[name]) / bareMs;
    return row({
      what,
      measured: `${median(times[name]).toFixed(0)} / ${bareMs.toFixed(0)} ms = ${ratio.toFixed(1)} ×`,
      target,
      met: ratio <= ratioMax,
    });
  });
}

function node(...parameters) {
  return spawnSync(process.execPath, parameters, { stdio: 'ignore' }).status;
}
