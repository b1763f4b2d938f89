import type { Clock, Timer } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import type { Run, TransferReport, Transport } from '../ports/transport.ts';
import { jobOf } from './jobs.ts';
import type { LiveTask } from './live.ts';
import type { Opening } from './turn.ts';

/** How often the speed floor looks, ms. */
const floorPeriodMs = 1000;
/** The least time between two `progress` events of a run, ms. @source harmony-request.md 5.4 */
const progressPeriodMs = 1000;

export interface RunsPorts {
  readonly clock: Clock;
  readonly files: Files;
  readonly transport: Transport;
}

export interface RunsSettings {
  readonly redirectsMax: number;
}

/** What a run has to say; the engine makes events of it. */
export interface RunsListener {
  reported(task: LiveTask, report: TransferReport): void;
  /** @param isCurrent  is it the run still that the timer was set for? */
  rang(task: LiveTask, what: 'delayEnded' | 'timedOut' | 'tooSlow', isCurrent: () => boolean): void;
}

interface OpenRun {
  exchange: Run | null;
  retry: Timer | null;
  total: Timer | null;
  floor: Timer | null;
  /** Bytes moved in this run, and when they last were enough; for the speed floor. */
  movedBytes: number;
  fastEnoughAtMs: number;
  nextProgressAtMs: number;
}

/** The runs that are under way: their exchanges with servers, and their timers. Only effects of the charts come here. */
export class Runs {
  readonly #ports: RunsPorts;
  readonly #settings: RunsSettings;
  readonly #listener: RunsListener;
  readonly #open = new Map<LiveTask, OpenRun>();

  constructor(ports: RunsPorts, settings: RunsSettings, listener: RunsListener) {
    this.#ports = ports;
    this.#settings = settings;
    this.#listener = listener;
  }

  begin(task: LiveTask, ranMs: number): void {
    const { clock } = this.#ports;
    const { timeout } = task.record.spec;
    const nowMs = clock.elapsed();
    const run: OpenRun = {
      exchange: null,
      retry: null,
      total: null,
      floor: null,
      movedBytes: 0,
      fastEnoughAtMs: nowMs,
      nextProgressAtMs: nowMs + progressPeriodMs,
    };
    this.#open.set(task, run);
    const leftMs = Math.max(0, timeout.totalMs - ranMs);
    run.total = clock.after(leftMs, () => this.#ring(task, run, 'timedOut'), { idle: true });
    this.#watchFloor(task);
  }

  end(task: LiveTask): void {
    const run = this.#open.get(task);
    run?.retry?.cancel();
    run?.total?.cancel();
    run?.floor?.cancel();
    this.#open.delete(task);
  }

  openExchange({ task, index, life, placeKept }: Opening & { readonly task: LiveTask }): void {
    const run = this.#open.get(task);
    if (run === undefined) return;
    const { files, transport } = this.#ports;
    const job = jobOf(task.record, life, index, {
      redirectsMax: this.#settings.redirectsMax,
      maxSpeed: speedOf(task),
      placeKept,
      bytesOf: (path) => {
        const look = files.look(path);
        return look.kind === 'file' ? look.bytes : null;
      },
    });
    run.exchange = transport.open(job, (report) => {
      if (report.type !== 'received') {
        const whole = report.type === 'finished' && !task.record.spec.multipart ? report.bytes + placeKept : 0;
        this.#listener.reported(task, report.type === 'finished' ? { ...report, bytes: whole } : report);
        return;
      }
      const bytes = report.index === index ? report.bytes + placeKept : report.bytes;
      run.movedBytes += Math.max(0, report.index === task.life.index ? bytes - task.life.processed : bytes);
      this.#listener.reported(task, { ...report, bytes });
    });
  }

  cancelExchange(task: LiveTask): void {
    this.#open.get(task)?.exchange?.cancel();
  }

  armRetry(task: LiveTask, delayMs: number): void {
    const run = this.#open.get(task);
    if (run === undefined) return;
    run.retry = this.#ports.clock.after(delayMs, () => this.#ring(task, run, 'delayEnded'));
  }

  disarmRetry(task: LiveTask): void {
    this.#open.get(task)?.retry?.cancel();
  }

  setSpeed(task: LiveTask): void {
    this.#open.get(task)?.exchange?.setSpeed(speedOf(task));
  }

  /** Is a `progress` event due? Asking books the next one. */
  takesProgress(task: LiveTask): boolean {
    const run = this.#open.get(task);
    const nowMs = this.#ports.clock.elapsed();
    if (run === undefined || nowMs < run.nextProgressAtMs) return false;
    run.nextProgressAtMs = nowMs + progressPeriodMs;
    return true;
  }

  /** Ends what is under way without a word; for closing the engine. */
  abandon(): void {
    for (const [task, run] of this.#open) {
      run.exchange?.cancel();
      this.end(task);
    }
  }

  #ring(task: LiveTask, run: OpenRun, what: 'delayEnded' | 'timedOut' | 'tooSlow'): void {
    this.#listener.rang(task, what, () => this.#open.get(task) === run);
  }

  /** Too slow for too long, or no byte at all. @source harmony-request.md 5.2 */
  #watchFloor(task: LiveTask): void {
    const { bytesPerSecond, seconds } = task.record.spec.minSpeed;
    if (bytesPerSecond <= 0 || seconds <= 0) return;
    const { clock } = this.#ports;
    let seenBytes = 0;
    const look = (): void => {
      const run = this.#open.get(task);
      if (run === undefined) return;
      const nowMs = clock.elapsed();
      if (run.movedBytes - seenBytes >= (bytesPerSecond * floorPeriodMs) / 1000) run.fastEnoughAtMs = nowMs;
      seenBytes = run.movedBytes;
      run.floor = clock.after(floorPeriodMs, look, { idle: true });
      // Said again at the next look, since a run between two tries does not mind.
      if (nowMs - run.fastEnoughAtMs > seconds * 1000) this.#ring(task, run, 'tooSlow');
    };
    const run = this.#open.get(task);
    if (run !== undefined) run.floor = clock.after(floorPeriodMs, look, { idle: true });
  }
}

/** The smaller of the slot's cap and the task's own; 0 means no cap. @source harmony-request.md 3.7 */
function speedOf({ slotSpeed, life }: LiveTask): number {
  if (slotSpeed === null || slotSpeed === 0) return life.maxSpeed;
  return life.maxSpeed === 0 ? slotSpeed : Math.min(slotSpeed, life.maxSpeed);
}
