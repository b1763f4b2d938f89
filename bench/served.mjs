// One large file over loopback: a served cloud, and plain node:http with createReadStream, in turn.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTurn, median, over, row, timed } from './measure.mjs';

const [, , role, path, size] = process.argv;
if (role === 'plain') servePlain(path);
if (role === 'cloud') await serveFromCloud(Number(size));

export async function servedCost({ bytes = 2 ** 30, rounds = 6 } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
  const file = join(directory, 'file');
  const servers = [];
  try {
    await fill(file, bytes);
    const cloud = await started('cloud', file, bytes, servers);
    const plain = await started('plain', file, bytes, servers);
    const times = await inTurn(
      { cloud: () => timed(() => drained(cloud, bytes)), plain: () => timed(() => drained(plain, bytes)) },
      { rounds },
    );
    return report(times, bytes);
  } finally {
    for (const server of servers) {
      server.kill();
      await once(server, 'exit');
    }
    rmSync(directory, { recursive: true, force: true });
  }
}

async function fill(file, bytes) {
  const handle = await open(file, 'w');
  const piece = Buffer.alloc(2 ** 20, 'longshore');
  for (let at = 0; at < bytes; at += piece.length) await handle.write(piece);
  await handle.close();
}

/** A server in a process of its own; the address at which it serves the file. */
async function started(kind, file, bytes, servers) {
  const server = spawn(process.execPath, [import.meta.filename, kind, file, String(bytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  servers.push(server);
  const [line] = await once(server.stdout, 'data');
  return String(line).trim();
}

async function drained(url, bytes) {
  const [response] = await once(get(url), 'response');
  let received = 0;
  response.on('data', (piece) => {
    received += piece.length;
  });
  await once(response, 'end');
  if (received !== bytes) throw new Error(`${url} gave ${received} of ${bytes} bytes`);
}

function servePlain(file) {
  createServer((_, response) => {
    response.writeHead(200, { 'content-length': statSync(file).size });
    createReadStream(file).pipe(response);
  }).listen(0, '127.0.0.1', function () {
    console.log(`http://127.0.0.1:${this.address().port}/file`);
  });
}

async function serveFromCloud(bytes) {
  const { serveCloud } = await import('../dist/cloud/http.js');
  const buckets = [{ name: 'bench-10000000', access: 'public-read' }];
  const scenario = { settings: { buckets }, files: [{ path: 'bench-10000000:file', size: bytes }] };
  const server = await serveCloud('tencent-ci', { scenario });
  process.once('SIGTERM', () => server.close());
  console.log(`${server.url}/file`);
}

function report(times, bytes) {
  const rate = (name) => bytes / 2 ** 20 / (median(times[name]) / 1000);
  const share = over(times.plain, times.cloud);
  return [
    row({
      what: `download of ${bytes / 2 ** 20} MiB from a served cloud over loopback, against plain node:http with createReadStream`,
      measured: `${rate('cloud').toFixed(0)} / ${rate('plain').toFixed(0)} MiB/s = ${(share * 100).toFixed(0)} %`,
      target: '≥ 70 %',
      met: share >= 0.7,
    }),
  ];
}
