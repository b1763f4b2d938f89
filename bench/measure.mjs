// Medians, ratios and the machine: what every benchmark reports in the same way.
import { arch, cpus, platform, totalmem } from 'node:os';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs the contestants in turn, each round beginning with another one and every other round the other way about, so that
 * a machine that slows down slows all of them, and what one leaves behind for the next (dirty pages, a warm cache) does
 * not always fall to the same. Garbage is collected in between.
 * @returns by contestant, what it answered in each round.
 */
export async function inTurn(contestants, { rounds, warmUps = 1 }) {
  const answers = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  const names = Object.keys(contestants);
  for (let round = -warmUps; round < rounds; round += 1) {
    const first = round + warmUps;
    for (let turn = 0; turn < names.length; turn += 1) {
      const way = first % 2 === 0 ? turn : names.length - turn;
      const name = names[(way + (first >> 1)) % names.length];
      globalThis.gc?.();
      const answer = await contestants[name](first);
      if (round >= 0) answers[name].push(answer);
    }
  }
  return answers;
}

/** How many times as much `ones` are as `others`: by rounds, so that a machine that slows down for a while slows both. */
export function over(ones, others) {
  return median(ones.map((one, round) => one / others[round]));
}

/** Ms by the wall clock. */
export async function timed(act) {
  const beganMs = performance.now();
  await act();
  return performance.now() - beganMs;
}

/** Ms of processor that this process took, its collector and compiler included: what others do on the machine is left out. */
export async function burned(act) {
  const began = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

export function machine() {
  return {
    node: process.version,
    system: `${platform()} ${arch()}`,
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}

/** A row of the report with a target to meet. */
export function row({ what, measured, target, met }) {
  return { what, measured, target, verdict: met ? 'met' : 'missed' };
}

/** A row that is there to be compared with. */
export function beside(what, measured) {
  return { what, measured, target: '', verdict: 'beside it' };
}

/** A row that this machine cannot measure. */
export function skipped(what, target, why) {
  return { what, measured: why, target, verdict: 'skipped' };
}

/** `1234567` → `1.23 M`. */
export function short(number) {
  if (number >= 1e6) return `${(number / 1e6).toFixed(2)} M`;
  if (number >= 1e4) return `${(number / 1e3).toFixed(0)} k`;
  return number >= 1e3 ? `${(number / 1e3).toFixed(1)} k` : number.toFixed(0);
}

export function percent(ratio) {
  return `${(ratio * 100).toFixed(0)} %`;
}
