import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

const program = resolve(import.meta.dirname, '../../dist/cli.js');
const waitMsMax = 20_000;

interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory with a state of its own, and the built command line in it. */
export interface Desk {
  readonly directory: string;
  readonly path: (name: string) => string;
  start(...args: readonly string[]): { readonly process: ChildProcess; readonly ended: Promise<Ended> };
  /** Runs with standard output to a file, of which `stdout` then shows nothing. */
  runInto(file: string, ...args: readonly string[]): Promise<Ended>;
  run(...args: readonly string[]): Promise<Ended>;
  /** Runs with `--json`. */
  json(...args: readonly string[]): Promise<Ended & { readonly document: Document }>;
  clear(): void;
}

interface Document {
  readonly version?: string;
  readonly tasks: readonly {
    readonly tid: string;
    readonly url: string;
    readonly saveas: string;
    readonly progress: { readonly state: number; readonly processed: number; readonly sizes: readonly number[] };
  }[];
  readonly errors: readonly { readonly code: number | null; readonly message: string; readonly detail: string }[];
}

export function openDesk(env: Readonly<Record<string, string>> = {}): Desk {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-cli-'));
  const path = (name: string) => join(directory, name);
  const children: ChildProcess[] = [];
  const startWith = (stdout: 'pipe' | number, args: readonly string[]) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: directory,
      stdio: ['pipe', stdout, 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        HOME: path('home'),
        XDG_STATE_HOME: path('state'),
        TMPDIR: directory,
        ...env,
      },
    });
    children.push(child);
    return { process: child, ended: watch(child) };
  };
  const start: Desk['start'] = (...args) => startWith('pipe', args);
  const run: Desk['run'] = (...args) => start(...args).ended;
  return {
    directory,
    path,
    start,
    run,
    async runInto(file, ...args) {
      const stdout = openSync(file, 'w');
      try {
        return await startWith(stdout, args).ended;
      } finally {
        closeSync(stdout);
      }
    },
    async json(...args) {
      const ended = await run(...args, '--json');
      return { ...ended, document: JSON.parse(ended.stdout) as Document };
    },
    clear() {
      for (const child of children) child.kill('SIGKILL'); // those that a failed test left running
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function watch(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((done, fail) => child.once('close', done).once('error', fail));
  return { code, stdout, stderr };
}

/** Waits until something is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const startedMs = performance.now();
  while (!(await isSo())) {
    if (performance.now() - startedMs > waitMsMax) throw new Error('It does not come true.');
    await after(20);
  }
}

/** 0 for a file that is not there. */
export function bytesAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
