// A Redis of the benchmark's own: a free port on the loopback, a directory for its files, gone afterwards.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

const program = 'redis-server';

export function hasRedis() {
  return spawnSync(program, ['--version']).status === 0;
}

/** @param durable  acknowledge what is on disk, and nothing earlier; else keep all in memory. */
export async function startRedis({ durable }) {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-redis-'));
  const port = await freePort();
  const keeping = durable ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory];
  const server = spawn(program, [...where, '--save', '', '--loglevel', 'warning', ...keeping], {
    stdio: 'ignore',
  });
  const connections = [];
  const connect = () => {
    const connection = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, enableAutoPipelining: true });
    connection.on('error', () => {}); // it tries again until the server listens
    connections.push(connection);
    return connection;
  };
  await connect().ping();
  return {
    connect,
    async stop() {
      for (const connection of connections) connection.disconnect();
      server.kill();
      if (server.exitCode === null) await once(server, 'exit');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
