// One large file over loopback: the engine, bare undici writing to a file, and curl, in turn.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stream } from 'undici';
import { openEngine } from '../dist/node.js';
import { inTurn, median, row, timed } from './measure.mjs';

export async function downloadCost({ bytes = 2 ** 30, rounds = 6 } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
  const server = spawn(process.execPath, [join(import.meta.dirname, 'server.mjs'), String(bytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(server.stdout, 'data');
    const url = `http://127.0.0.1:${String(line).trim()}/file`;
    const engine = openEngine({ store: join(directory, 'tasks.db') });
    const app = engine.app({ bundle: 'com.example.bench', uid: 1, roots: [directory] });
    const contestants = {
      longshore: () => whole(join(directory, 'longshore'), bytes, () => withEngine(app, url)),
      undici: () => whole(join(directory, 'undici'), bytes, (path) => withUndici(url, path)),
      ...(hasCurl() ? { curl: () => whole(join(directory, 'curl'), bytes, (path) => withCurl(url, path)) } : {}),
    };
    const times = await inTurn(contestants, { rounds });
    await engine.close();
    return report(times, bytes);
  } finally {
    server.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function whole(path, bytes, act) {
  rmSync(path, { force: true });
  const tookMs = await timed(() => act(path));
  if (statSync(path).size !== bytes) throw new Error(`${path} is not whole`);
  rmSync(path);
  return tookMs;
}

async function withEngine(app, url) {
  const { agent } = app.request;
  const config = { action: agent.Action.DOWNLOAD, url, saveas: './longshore', overwrite: true };
  const task = await agent.create(app.context, config);
  await new Promise((resolve, reject) => {
    task.on('completed', resolve);
    task.on('failed', () => reject(new Error('the download failed')));
    task.start().catch(reject);
  });
  await agent.remove(task.tid);
}

async function withUndici(url, path) {
  await stream(url, { method: 'GET' }, () => createWriteStream(path, { highWaterMark: 1024 * 1024 }));
}

async function withCurl(url, path) {
  const [code] = await once(spawn('curl', ['-s', '-o', path, url]), 'exit');
  if (code !== 0) throw new Error(`curl ended with ${code}`);
}

function hasCurl() {
  return spawnSync('curl', ['--version']).status === 0;
}

function report(times, bytes) {
  const rate = (name) => bytes / 2 ** 20 / (median(times[name]) / 1000);
  const against = (name) => median(times[name]) / median(times.longshore);
  const rows = [
    row({
      what: `download of ${bytes / 2 ** 20} MiB to a file over loopback, against bare undici to a file`,
      measured: `${rate('longshore').toFixed(0)} / ${rate('undici').toFixed(0)} MiB/s = ${(against('undici') * 100).toFixed(0)} %`,
      target: '≥ 90 %',
      met: against('undici') >= 0.9,
    }),
  ];
  if (times.curl !== undefined) {
    rows.push(
      row({
        what: 'the same, against curl -o',
        measured: `${rate('longshore').toFixed(0)} / ${rate('curl').toFixed(0)} MiB/s = ${(against('curl') * 100).toFixed(0)} %`,
        target: 'beside it',
        met: true,
      }),
    );
  }
  return rows;
}
