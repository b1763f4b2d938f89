import type { Clock } from '../../ports/clock.ts';
import { replaceTimers } from './global-timers.ts';
import { createSimulatedClock, type SimulatedClock } from './simulated.ts';

/** Time that runs ahead by itself. While it does, `setTimeout`, `setInterval` and `Date` of this process follow it. */
export interface VirtualTime {
  readonly clock: Clock;
  /** Gives the process its own time back. */
  stop(): void;
}

/** What may be open while nothing is under way. Whatever else the process holds is real work, such as a socket or a file. */
const restful = new Set(['Immediate', 'MessagePort', 'PipeWrap', 'SignalWrap', 'TCPServerWrap', 'TTYWrap', 'Timeout']);
/** Rounds of the event loop without work, after which nothing more is to come at this instant. */
const quietRounds = 3;
const real = { setImmediate, setTimeout, elapsed: () => performance.now(), now: () => Date.now() };

/**
 * Jumps to the next timer as soon as nothing else is under way, so that waiting takes no time; while a socket or a file
 * is busy, it keeps step with the real time. Timers that are idle alone move nothing.
 */
export function startVirtualTime(): VirtualTime {
  const clock = createSimulatedClock({ startMs: real.now() });
  const { restore } = replaceTimers(clock);
  let isStopped = false;
  void drive(clock, () => isStopped);
  return {
    clock,
    stop() {
      isStopped = true;
      restore();
    },
  };
}

async function drive(clock: SimulatedClock, isStopped: () => boolean): Promise<void> {
  let quiet = 0;
  let lastMs = real.elapsed();
  while (!isStopped()) {
    await new Promise<void>((resolve) => void real.setImmediate(resolve));
    const nowMs = real.elapsed();
    const dueMs = clock.nextDueMs;
    if (isBusy()) {
      quiet = 0;
      await pass(clock, nowMs - lastMs);
      await rest();
    } else if (dueMs === null || clock.pending === clock.pendingIdle) {
      await rest();
    } else if (++quiet >= quietRounds) {
      await pass(clock, Math.max(0, dueMs - clock.elapsed()));
    }
    lastMs = nowMs;
  }
}

function isBusy(): boolean {
  return process.getActiveResourcesInfo().some((resource) => !restful.has(resource));
}

/** A millisecond of the real time, for others. Holds no process. */
function rest(): Promise<void> {
  return new Promise((resolve) => void real.setTimeout(resolve, 1).unref());
}

/** What a ring throws is an uncaught exception, as with any timer; time goes on. */
async function pass(clock: SimulatedClock, ms: number): Promise<void> {
  try {
    await clock.run(ms);
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
