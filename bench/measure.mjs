// Medians, ratios and the machine: what every benchmark reports in the same way.
import { arch, cpus, platform, totalmem } from 'node:os';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs the contestants in turn, each round beginning with another one, so that a machine that slows down slows all of
 * them, and what one leaves behind for the next (dirty pages, a warm cache) falls to each.
 */
export async function inTurn(contestants, { rounds, warmUps = 1 }) {
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  const names = Object.keys(contestants);
  for (let round = -warmUps; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(turn + round + warmUps) % names.length];
      const tookMs = await contestants[name]();
      if (round >= 0) times[name].push(tookMs);
    }
  }
  return times;
}

export async function timed(act) {
  const beganMs = performance.now();
  await act();
  return performance.now() - beganMs;
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

/** A row of the report. `better`: whether more or less is better; `verdict`: is the target met. */
export function row({ what, measured, target, met, note = '' }) {
  return { what, measured, target, verdict: met ? 'met' : 'missed', note };
}
