// Medians, ratios and the machine: what every benchmark reports in the same way.
import { arch, cpus, platform, totalmem } from 'node:os';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs the contestants in turn, A B C A B C …, so that a machine that slows down slows all of them. */
export async function inTurn(contestants, { rounds, warmUps = 1 }) {
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contestants)) {
      const tookMs = await run();
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
