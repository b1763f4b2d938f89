import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedCloud, type ServiceName, serveCloud } from '../../src/cloud/http.ts';
import { catalogues, type ErrorRow } from '../../src/errors/catalogues.ts';
import { travels } from '../../src/errors/index.ts';
import type { Told } from './ask.ts';
import { statusOf as statusOfPcs } from './baidu-pcs/statuses.ts';
import { statusOf as statusOfGokuai } from './gokuai/statuses.ts';
import { expectRow as expectCiRow } from './tencent-ci/row.ts';
import { expectRow as expectCosRow } from './tencent-cos-v4/expected.ts';

/** Any request will do: the rules strike every one. */
const services: Readonly<Record<ServiceName, { target: string; expectRow(told: Told, row: ErrorRow): void }>> = {
  'tencent-ci': { target: '/a.png?imageMogr2/thumbnail/!50p', expectRow: expectCiRow },
  gokuai: {
    target: '/m-open/1/file/ls',
    expectRow(told, row) {
      expect(told.status).toBe(statusOfGokuai(row));
      expect(told.json).toEqual({ error_code: row.code, error_msg: row.message });
    },
  },
  'tencent-cos-v4': {
    target: '/files/v2/10000000/bkt/a.txt?op=stat',
    expectRow: (told, row) => expectCosRow(told, row),
  },
  'baidu-pcs': {
    target: '/rest/2.0/pcs/file?method=list',
    expectRow(told, row) {
      expect(told.status).toBe(statusOfPcs(row));
      expect(told.json).toEqual({ error_code: row.code, error_msg: row.message, request_id: expect.any(Number) });
    },
  },
};

let reached = 0;

describe.each(Object.entries(services))('%s, over a socket', (name, { target, expectRow }) => {
  const service = name as ServiceName;
  const rows = (catalogues[service] as readonly ErrorRow[]).filter(travels);
  let served: ServedCloud;
  // The first request gets the first row, the second the second.
  const faults = rows.map(({ code, section, name: word }, index) => ({
    on: '*',
    nth: index + 1,
    code,
    section,
    ...(word === undefined ? {} : { name: word }),
  }));
  beforeAll(async () => {
    served = await serveCloud(service, { scenario: { faults } });
  });
  afterAll(() => served.close());

  it.each(rows.map((row) => [row.code, row] as const))('answers %s', async (_, row) => {
    const told = await get(`${served.url}${target}`);

    expectRow(told, row);
    reached += 1;
  });
});

it('all 530 rows that travel were reached', () => {
  expect(reached).toBe(530);
});

/** By node:http: `fetch` knows no status beyond 599. */
function get(url: string): Promise<Told> {
  return new Promise((resolve, reject) => {
    const asked = request(url, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(pieces);
        const headers = new Map(Object.entries(response.headers).map(([key, value]) => [key, String(value)]));
        resolve({
          status: response.statusCode ?? 0,
          headers,
          bytes,
          text: bytes.toString(),
          json: jsonOf(bytes),
          wire: null,
        });
      });
    });
    asked.on('error', reject).end();
  });
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
