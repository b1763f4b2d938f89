import type { Random } from '../../src/ports/random.ts';
import { acts, type Line, type Step } from './kill-journal.ts';

/** When a process dies: after a while; when it says something for the nth time; or at the nth step of a kind, by itself. */
export interface Death {
  /** Counted from `opening`; the last chance of the other two. */
  readonly delayMs: number;
  readonly line: { readonly kind: LineKind; readonly count: number } | null;
  readonly step: { readonly step: Step; readonly count: number } | null;
}

const lineKinds = ['about', 'acknowledged', 'refused', 'heard'] as const;
type LineKind = (typeof lineKinds)[number];

const delayMsMax = 600;

export function drawDeath(random: Random): Death {
  const draw = <T>(from: readonly T[]) => from[Math.floor(random.next() * from.length)] as T;
  const way = random.next();
  // Small counts more often: every process comes by them.
  const count = 1 + Math.floor(random.next() ** 3 * 20);
  const delayMs = way < 0.35 ? random.next() * delayMsMax : delayMsMax;
  const line = way >= 0.35 && way < 0.5 ? { kind: draw(lineKinds), count } : null;
  const step = way >= 0.5 ? { step: `${draw(['before', 'after'] as const)} ${draw(acts)}` as const, count } : null;
  return { delayMs, line, step };
}

/** Kills as `death` says, from what the process says. */
export class Reaper {
  readonly #death: Death;
  readonly #kill: () => void;
  #linesLeft: number;
  #timer: NodeJS.Timeout | null = null;

  constructor(death: Death, kill: () => void) {
    this.#death = death;
    this.#kill = kill;
    this.#linesLeft = death.line?.count ?? 0;
  }

  hear({ say }: Line): void {
    if (say === 'opening') this.#timer = setTimeout(this.#kill, this.#death.delayMs);
    if (say !== this.#death.line?.kind) return;
    this.#linesLeft -= 1;
    if (this.#linesLeft === 0) this.#kill();
  }

  rest(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
