import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A script beside this file, built so that a process of its own can run it: Node 20 cannot load TypeScript. */
export interface Child {
  /** Built script, for those who start it in their own way. */
  readonly script: string;
  start(args: readonly string[], options?: SpawnOptions): Running;
  /** Starts it and waits for its end. What it says on stderr goes to ours. */
  run(...args: readonly string[]): Promise<Ended>;
  readonly dispose: () => Promise<void>;
}

export interface Running {
  readonly process: ChildProcess;
  /** What it prints, line by line, until it ends. */
  readonly lines: AsyncIterableIterator<string>;
  /** Its exit code, null when it was killed. */
  readonly ended: Promise<number | null>;
}

export interface Ended {
  readonly code: number | null;
  readonly lines: readonly string[];
}

export async function buildChild(name: string): Promise<Child> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-child-'));
  await chmod(directory, 0o755); // also for a child that runs as somebody else
  const script = join(directory, 'child.mjs');
  const repository = fileURLToPath(new URL('../..', import.meta.url));
  await build({
    entryPoints: [join(repository, 'test/support', name)],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['libsql', 'undici'],
    logLevel: 'error',
  });
  await symlink(join(repository, 'node_modules'), join(directory, 'node_modules'));
  const started: ChildProcess[] = [];
  const start: Child['start'] = (args, options = {}) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'], ...options });
    started.push(child);
    return watch(child);
  };
  return {
    script,
    start,
    run: (...args) => end(start(args)),
    dispose: async () => {
      for (const child of started) child.kill('SIGKILL'); // those that a failed test left running
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export function watch(child: ChildProcess): Running {
  if (child.stdout === null) throw new Error('The child has no output to watch.');
  const ended = new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject));
  return { process: child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), ended };
}

export async function end(running: Running): Promise<Ended> {
  const lines: string[] = [];
  for await (const line of running.lines) lines.push(line);
  return { code: await running.ended, lines };
}
