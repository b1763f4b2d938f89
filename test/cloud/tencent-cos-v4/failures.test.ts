import { describe, expect, it } from 'vitest';
import { catalogues, type ErrorRow } from '../../../src/errors/catalogues.ts';
import { travels } from '../../../src/errors/index.ts';
import { Client, openDesk } from './client.ts';
import { expectRow } from './expected.ts';

const rows: readonly ErrorRow[] = catalogues['tencent-cos-v4'].filter(travels);
const titled = rows.map((row) => [`${row.code} ${row.name ?? row.description}`, row] as const);

describe('every row by a rule', () => {
  it.each(titled)('%s', (_, row) => {
    const { code, section, name } = row;
    const rule = { on: 'stat', code, section, ...(name === undefined ? {} : { name }) };
    const client = new Client(openDesk({ files: [{ path: '/a.txt', text: 'there' }], faults: [{ ...rule, nth: 2 }] }));

    const before = client.say('stat', 'a.txt');
    const told = client.say('stat', 'a.txt');
    const after = client.say('stat', 'a.txt');

    expect(before.json.code).toBe(0);
    expectRow(told, row);
    expect(after.json.code).toBe(0);
  });
});

describe('what servers did otherwise', () => {
  it('raw statuses of the back end', () => {
    const settings = { options: { rawBackendStatus: true } };
    const client = new Client(openDesk({ settings, faults: [{ on: 'list', code: -9999 }] }));

    const statuses = [
      client.say('stat', 'none').status,
      client.say('stat', 'none', { appid: '77' }).status,
      client.say('stat', 'none', { sign: client.signFor('stat', '', { a: '77' }) }).status,
      client.say('list', '').status,
      client.say('stat', 'none', { sign: null }).status,
    ];

    expect(statuses).toEqual([612, 631, 631, 599, 400]);
  });

  it('errors under 200', () => {
    const client = new Client(openDesk({ settings: { options: { errorsAs200: true } } }));
    client.upload('a.txt', 'one');

    const told = client.upload('a.txt', 'two');

    expect(told.status).toBe(200);
    expect(told.json).toMatchObject({ code: -177, message: 'ERROR_CMD_COS_FILE_EXIST' });
  });

  it('XML from a host that does not know the app', () => {
    const client = new Client(openDesk({ settings: { options: { xmlForUnknownApp: true } } }));

    const told = client.say('stat', 'a.txt', { appid: '77' });

    expect(told.headers.get('content-type')).toBe('application/xml');
    expect(told.text).toContain('<Error><Code>ERROR_PROXY_INVALID_APPID</Code>');
  });

  it('v1 answers without a request_id', () => {
    const client = new Client(openDesk());

    const told = client.say('stat', 'a.txt', { version: 'v1' });

    expect(told.json).toEqual({ code: -166, message: 'ERROR_CMD_COS_INDEX_ERROR' });
  });
});
