import { describe, expect, it } from 'vitest';
import { sign } from '../../../src/cloud/baidu-pcs/sign.ts';
import { Client, root } from './client.ts';

const codeOf = ({ status, json }: { status: number; json: { error_code?: number } }) => [status, json.error_code ?? 0];

describe('the token', () => {
  it('stands in the query, wherever', () => {
    const client = new Client();

    const told = client.desk.ask({
      target: `/rest/2.0/pcs/file?access_token=example-access-token&path=%2Fapps%2Flongshore&method=list`,
    });

    expect(codeOf(told)).toEqual([200, 0]);
  });

  it.each([
    ['missing', null],
    ['empty', ''],
    ['unknown', 'another'],
    ['of another case', 'EXAMPLE-ACCESS-TOKEN'],
    ['a name that objects have', '__proto__'],
  ])('is refused when it is %s', (_, text) => {
    const client = new Client();
    client.token = text;

    expect(codeOf(client.list(root))).toEqual([401, 110]);
  });

  it('is not taken from a body or a header', () => {
    const client = new Client();
    client.token = null;
    client.headers = { authorization: 'Bearer example-access-token' };

    expect(
      codeOf(client.form('file', { method: 'meta', path: root }, { access_token: 'example-access-token' })),
    ).toEqual([401, 110]);
  });

  it('grows old', () => {
    const ageMs = 30 * 24 * 60 * 60 * 1000;
    const client = new Client({ settings: { tokens: [{ issuedMs: 1_700_000_000_000 }] } });

    client.desk.nowMs = 1_700_000_000_000 + ageMs;
    const last = client.list(root);
    client.desk.nowMs++;
    const late = client.list(root);

    expect([codeOf(last), codeOf(late)]).toEqual([
      [200, 0],
      [401, 110],
    ]);
  });

  it('opens the drive of its user and the folder of its application', () => {
    const client = new Client({
      settings: {
        apps: [{}, { id: 'other-app', folder: 'other' }],
        users: [{}, { name: '__proto__', bduss: null }],
        tokens: [{}, { token: 'second', user: '__proto__' }, { token: 'third', app: 'other-app' }],
      },
    });
    client.upload(`${root}/a`, 'hello');

    client.token = 'second';
    const ofAnotherUser = client.names(root);
    const usedByAnotherUser = client.used();
    client.token = 'third';
    const fromAnotherApp = client.list(root);
    const folderOfAnotherApp = client.names('/apps/other');
    const usedInAnotherApp = client.used();

    expect([ofAnotherUser, usedByAnotherUser, folderOfAnotherApp]).toEqual([[], 0, []]);
    expect(codeOf(fromAnotherApp)).toEqual([403, 31064]);
    expect(usedInAnotherApp).toBe(5);
  });
});

it('gives a drive to a user whom an older state does not know', () => {
  const older = new Client();
  older.upload(`${root}/a`, 'hello');
  const client = new Client({
    settings: { users: [{}, { name: 'second' }], tokens: [{}, { token: '2', user: 'second' }] },
  });
  client.desk.server.restore(older.desk.server.state);

  const first = client.names(root);
  client.token = '2';

  expect([first, client.names(root)]).toEqual([['a'], []]);
});

describe('the cookie', () => {
  it('opens the drive to a client that has no token', () => {
    const client = new Client();
    client.token = null;
    client.headers = { Cookie: 'a=b; BDUSS=example-bduss; c=d' };

    expect(codeOf(client.list(root, { app_id: 'example-app' }))).toEqual([200, 0]);
  });

  it('does not save a wrong token', () => {
    const client = new Client();
    client.token = 'wrong';
    client.headers = { cookie: 'BDUSS=example-bduss' };

    expect(codeOf(client.list(root, { app_id: 'example-app' }))).toEqual([401, 110]);
  });

  it('is of nobody where a user has none', () => {
    const client = new Client({ settings: { users: [{ bduss: null }] } });
    client.token = null;
    client.headers = { cookie: 'BDUSS=null' };

    expect(codeOf(client.list(root, { app_id: 'example-app' }))).toEqual([403, 31041]);
  });
});

it('checks in the order of route, method, authentication, parameters', () => {
  const client = new Client();
  client.token = null;
  const verb = (method: string, target: string) => codeOf(client.desk.ask({ method, target }));

  expect(verb('PUT', '/rest/2.0/pcs/nothing')).toEqual([400, 3]);
  expect(verb('GET', '/rest/2.0/pcs/file?method=upload')).toEqual([400, 31208]);
  expect(verb('POST', '/rest/2.0/pcs/file?method=upload')).toEqual([401, 110]);
  expect(verb('POST', '/rest/2.0/pcs/file?method=upload&access_token=example-access-token')).toEqual([400, 31023]);
});

it('signs by putting the token into the query', () => {
  expect(sign('/a', { accessToken: 'x y' })).toBe('/a?access_token=x%20y');
  expect(sign('https://h/a?b=c', { accessToken: '1.2-3' })).toBe('https://h/a?b=c&access_token=1.2-3');
});
