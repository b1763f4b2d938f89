import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Rules } from '../../machines/vocabulary.ts';
import type { differences } from '../../src/harmony/system-request/differences.ts';
import { startDevice, startSite, until } from '../harmony/cache-download-scene.ts';
import {
  cacheOf,
  download,
  downloadedFirst,
  listening,
  partsOf,
  put,
  upload,
} from '../harmony/system-request-scene.ts';
import type { Cases } from './case.ts';

/** What an upload of two files tells that are answered with these statuses. */
async function told(rules: Rules, statuses: readonly number[]): Promise<unknown[][]> {
  const device = startDevice({ rules });
  put(device, 'a', 'aaa');
  const site = await startSite((response, _, n) => response.writeHead(statuses[n - 1] ?? 0).end(`body ${n}`));
  const { calls, callbacks } = listening();
  upload({ url: site.origin, files: Array(2).fill({ uri: 'internal://cache/a' }), ...callbacks });
  await until(() => calls.at(-1)?.[0] === 'complete');
  return calls;
}

const headersOf = (status: number) => expect.stringMatching(new RegExp(`^HTTP/1\\.1 ${status} `));

/** `@system.request`. */
export const systemRequest = {
  oneVerdict: {
    see: async (rules) => [await told(rules, [200, 200]), await told(rules, [500, 200])],
    documented: [
      [['success', { code: 200, data: 'body 2', headers: expect.any(Object) }], ['complete']],
      [['fail', headersOf(500), 500], ['complete']],
    ],
    device: [
      [['success', { code: 200, data: '', headers: headersOf(200) }], ['complete']],
      [['fail', headersOf(500), 500], ['success', { code: 200, data: '', headers: headersOf(200) }], ['complete']],
    ],
  },
  honourNames: {
    async see(rules) {
      const device = startDevice({ rules });
      put(device, 'a.txt', 'aaa');
      const site = await startSite((response) => response.end());
      const { calls, callbacks } = listening();
      const files = [{ uri: 'internal://cache/a.txt', name: 'mine', filename: 'c.json' }];
      upload({ url: site.origin, files, ...callbacks });
      await until(() => calls.length === 2);
      return site.asked.map(partsOf);
    },
    documented: [[{ name: 'mine', filename: 'c.json', contentType: 'application/json', bytes: 'aaa' }]],
    device: [[{ name: 'file', filename: 'a.txt', contentType: 'application/octet-stream', bytes: 'aaa' }]],
  },
  completeDownloads: {
    async see(rules) {
      startDevice({ rules });
      const site = await startSite((response) => response.end('hello'));
      return downloadedFirst(`${site.origin}/a`);
    },
    documented: [['success', { uri: 'internal://cache/a' }], ['complete']],
    device: [['success', { uri: 'internal://cache/a' }]],
  },
  judgeStatus: {
    async see(rules) {
      const device = startDevice({ rules });
      const site = await startSite((response) => response.writeHead(404).end('gone'));
      const [first] = await downloadedFirst(`${site.origin}/a`);
      return [first, existsSync(join(cacheOf(device), 'a'))];
    },
    documented: [['fail', headersOf(404), 404], false],
    device: [['success', { uri: 'internal://cache/a' }], true],
  },
  compareWhole: {
    see(rules) {
      const device = startDevice({ rules });
      mkdirSync(`${cacheOf(device)}2`);
      const { calls, callbacks } = listening();
      download({ url: 'http://a.invalid/', filename: '../cache2/a', ...callbacks });
      return calls[0];
    },
    documented: ['fail', 'invalid file name', 400],
    device: ['success', { token: 'Download-Task-0' }],
  },
} satisfies Cases<keyof typeof differences>;
