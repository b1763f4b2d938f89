// What transfers over the loopback share: a server in a process of its own, a directory, other programs.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '../dist/node.js';

/** @param act  gets the origin of the server, a directory, an engine over it and its app. */
export async function withLoopback(options, act) {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
  const server = spawn(process.execPath, [join(import.meta.dirname, 'server.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port] = await once(server.stdout, 'data');
    const origin = `http://127.0.0.1:${String(port).trim()}`;
    const engine = openEngine({ store: join(directory, 'tasks.db'), ...options });
    const app = engine.app({ bundle: 'com.example.bench', uid: 1, roots: [directory] });
    const rows = await act({ origin, directory, app });
    await engine.close();
    return rows;
  } finally {
    server.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Resolves when a task has completed; its record is removed then. */
export async function finished(app, config) {
  const { agent } = app.request;
  const task = await agent.create(app.context, config);
  await new Promise((resolve, reject) => {
    task.on('completed', resolve);
    task.on('failed', () => reject(new Error(`task ${task.tid} failed`)));
    task.on('faultOccur', (fault) => reject(new Error(`fault ${fault}`)));
    task.start().catch(reject);
  });
  await agent.remove(task.tid);
}

export function has(program) {
  return spawnSync(program, ['--version']).status === 0;
}

export async function run(program, parameters) {
  const [code] = await once(spawn(program, parameters, { stdio: 'ignore' }), 'exit');
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
}

export const mib = 1024 * 1024;
