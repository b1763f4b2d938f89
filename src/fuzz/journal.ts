import type { TraceEntry } from '../engine/trace.ts';
import type { Call, Heard, StoryLine, Trouble } from './types.ts';

export interface JournalOptions {
  readonly tells: boolean;
  readonly nowMs: () => number;
  readonly asked: (operation: string, tid: string) => void;
}

/** What has happened in a run so far: for invariants always, as a story only when somebody will read it. */
export class Journal {
  readonly calls: Mutable<Call>[] = [];
  readonly heard: Heard[] = [];
  readonly troubles: Trouble[] = [];
  readonly happened = new Set<string>();
  readonly story: StoryLine[] = [];
  /** A call on a task is about to be made. */
  readonly asked: (operation: string, tid: string) => void;
  readonly #tells: boolean;
  readonly #nowMs: () => number;
  readonly #names = new Map<string, string>();
  readonly #since = new Map<string, number>();

  constructor({ tells, nowMs, asked }: JournalOptions) {
    this.#tells = tells;
    this.#nowMs = nowMs;
    this.asked = asked;
  }

  get nowMs(): number {
    return this.#nowMs();
  }

  /** Such as `task 1`, in the order of creation. */
  nameOf(tid: string): string {
    return this.#names.get(tid) ?? `task ${tid}`;
  }

  /** When a task came into its state. */
  sinceMs(tid: string): number {
    return this.#since.get(tid) ?? 0;
  }

  /** An entry of the trace. */
  traced({ kind, name, of, from, to }: TraceEntry): void {
    if (kind !== 'event') return;
    if (name === 'create') this.#names.set(of, `task ${this.#names.size + 1}`);
    if (from === to || !this.#names.has(of)) return;
    this.#since.set(of, this.nowMs);
    this.tell('device', () => `${this.nameOf(of)}: ${from} → ${to} (${name})`);
  }

  tell(who: StoryLine['who'], text: () => string): void {
    if (this.#tells) this.story.push({ atMs: this.nowMs, who, text: text() });
  }

  trouble(kind: Trouble['kind'], of: string, thrown: unknown): void {
    this.troubles.push({ atMs: this.nowMs, kind, of, thrown });
    this.tell('trouble', () =>
      kind === 'outside' ? troubleWords[kind](of) : `${troubleWords[kind](of)}: ${wordsOf(thrown)}`,
    );
  }
}

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export const troubleWords: Readonly<Record<Trouble['kind'], (of: string) => string>> = {
  rejection: () => 'a promise is rejected, and nobody catches it',
  listener: (of) => `the listener of ${of} throws`,
  timer: () => 'a timer of the client throws',
  action: (of) => `${of} fails`,
  client: () => 'the client fails at its start',
  outside: (of) => `the client leaves the world by ${of}`,
};

/** Of anything that may be thrown: in one line. */
export function wordsOf(thrown: unknown): string {
  if (thrown instanceof Error) {
    const code = codeOf(thrown);
    return `${code === null ? thrown.name : code} ${thrown.message.split('\n')[0]}`.trim();
  }
  if (typeof thrown === 'string') return JSON.stringify(thrown);
  if (thrown === null || typeof thrown !== 'object') return String(thrown);
  try {
    return JSON.stringify(thrown);
  } catch {
    return 'an object without words';
  }
}

export function codeOf(thrown: unknown): number | null {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number' ? thrown.code : null;
}
