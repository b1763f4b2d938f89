import { describe, expect, it } from 'vitest';
import { type Difference, differences } from '../../machines/differences.ts';
import { differences as ofCacheDownload } from '../../src/harmony/cache-download/differences.ts';
import { differences as ofSystemRequest } from '../../src/harmony/system-request/differences.ts';
import { cacheDownload } from './cache-download.ts';
import { calls } from './calls.ts';
import type { Case } from './case.ts';
import { files } from './files.ts';
import { surroundings } from './surroundings.ts';
import { systemRequest } from './system-request.ts';
import { tasks } from './tasks.ts';

type Table = Readonly<Record<string, Difference>>;

describe.each<[string, Table, Readonly<Record<string, Case>>]>([
  ['the engine', differences, { ...tasks, ...surroundings, ...calls, ...files }],
  ['cache download', ofCacheDownload, cacheDownload],
  ['system.request', ofSystemRequest, systemRequest],
])('%s', (_, table, cases) => {
  it('has a case for every difference, and no other', () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(table).sort());
  });

  describe.each(Object.entries(cases))('%s', (name, { see, documented, device }) => {
    it(`by the book: ${table[name]?.documentedDoes}`, async () => {
      expect(await see('documented')).toEqual(documented);
    });

    it(`on a device: ${table[name]?.deviceDoes}`, async () => {
      expect(await see('device')).toEqual(device);
    });

    it('is not the same by both', () => {
      expect(device).not.toEqual(documented);
    });
  });
});
