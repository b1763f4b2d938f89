import { exec } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns';
import fs, { mkdtempSync, readFile, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { loadClient } from '../../src/fuzz/node/load.ts';
import { act, playSteps } from './clients.ts';

const here = import.meta.filename;

describe('what a client does with Node while a world runs', () => {
  it.each<[string, () => unknown, string]>([
    ['reads a file', () => readFileSync(here), `node:fs readFileSync ${here}`],
    ['reads a file by a member', () => fs.createReadStream(here), `node:fs createReadStream ${here}`],
    ['reads a file later', () => readFile(here, () => {}), `node:fs readFile ${here}`],
    ['reads a file by a promise', () => stat(here), `node:fs/promises stat ${here}`],
    ['reads a file by a promise of its own', () => promisify(readFile)(here), `node:fs readFile ${here}`],
    ['starts a process', () => exec('true'), 'node:child_process exec true'],
    ['starts a thread', () => new Worker(''), 'node:worker_threads Worker '],
    ['looks up a name', () => lookup('a.example', () => {}), 'node:dns lookup a.example'],
    ['opens a socket', () => get('http://127.0.0.1:9').on('error', () => {}), 'a socket'],
    ['opens a socket for datagrams', () => createSocket('udp4'), 'node:dgram createSocket udp4'],
    ['listens', () => createServer().listen(0), 'a server'],
  ])('leaves the world when it %s', async (_, leave, way) => {
    const client = () => ({
      act: () =>
        Promise.resolve()
          .then(leave)
          .catch(() => {}),
    });

    const { failure } = await playSteps(client, [act('act')]);

    expect(failure).toMatchObject({
      invariant: 'staysInTheWorld',
      message: `the client leaves the world by ${way}`,
    });
    expect(readFileSync(here, 'utf8')).toContain('what a client does with Node');
    expect((await stat(here)).isFile()).toBe(true);
  });

  it('is told of a function that its file took out of a module, and not of a module that it loads', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'longshore-builtins-'));
    writeFileSync(join(directory, 'late.ts'), 'export const late: number = 7;');
    writeFileSync(
      join(directory, 'client.ts'),
      `const { existsSync } = require('node:fs');
       export const found = existsSync(__filename);
       export default () => ({
         take: () => { existsSync('/x'); },
         load: async () => { if ((await import('./late.ts')).late !== 7) throw new TypeError('no module'); },
       });`,
    );
    const { client } = await loadClient(join(directory, 'client.ts'));

    const [took, loaded] = [await playSteps(client, [act('take')]), await playSteps(client, [act('load')])];

    expect(took.failure?.message).toBe('the client leaves the world by node:fs existsSync /x');
    expect(loaded.failure).toBeNull();
    rmSync(directory, { recursive: true });
  });
});
