import { describe, expect, it } from 'vitest';
import { sign } from '../../../src/cloud/gokuai/sign.ts';
import { multipart } from '../ask.ts';
import { Client, type Fields, queryOf, sha1, signatureOf } from './client.ts';

describe('the signature', () => {
  it('is the published one for the published values', () => {
    const parameters = {
      fullpath: '会议资料/2017-10-31.docx',
      dateline: '1490605129',
      client_id: 'NGCr2q1Fwc2tBWPfOartag',
    };

    expect(sign(parameters, 'lZltU72WrEFOsbmT2IxSWg')).toBe('glL9RlCmaDA6udIGo2DADTgCZlI=');
  });

  it.each<Fields>([
    {},
    { fullpath: '' },
    { fullpath: 'a b+c%d&e=f', op_name: '会议' },
    { Zeta: '1', alpha: '2', _under: '3', a1: '4', a: '5' },
  ])('equals one computed another way: %j', (fields) => {
    const texts = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));

    expect(sign(texts, 'a secret')).toBe(signatureOf(fields, 'a secret'));
  });

  it('leaves out itself and what has no value, and keeps an empty text', () => {
    const signature = sign({ a: '1', b: '', c: null, d: undefined, sign: 'x' }, 'secret');

    expect(signature).toBe(signatureOf({ a: '1', b: '' }, 'secret'));
    expect(signature).not.toBe(signatureOf({ a: '1' }, 'secret'));
  });
});

describe('a call is taken', () => {
  it.each([
    ['/m-open/1/file/ls', 'POST'],
    ['/1/file/ls', 'POST'],
    ['/m-open/1/file/ls/', 'POST'],
    ['/m-open/1/file/ls', 'GET'],
    ['/1/file/ls', 'get'],
  ])('at %s by %s', (path, method) => {
    const client = new Client();
    const query = queryOf(client.signed({ fullpath: '' }));

    const told =
      method === 'POST'
        ? client.post(path, client.signed({ fullpath: '' }))
        : client.desk.ask({ method, target: `${path}?${query}` });

    expect(told.json).toEqual({ count: 0, list: [] });
  });

  it('by an older client, which says client_id', () => {
    const client = new Client();
    const fields = { client_id: 'example-library', dateline: client.nowSeconds };

    const told = client.post('/1/file/ls', { ...fields, sign: signatureOf(fields, 'example-library-secret') });

    expect(told.status).toBe(200);
  });

  it('as multipart, as JSON, and from query and form together', () => {
    const client = new Client();
    const { sign: signature, ...fields } = client.signed({ start: 0 });
    const json = JSON.stringify({ ...fields, sign: signature });
    const texts = Object.fromEntries(
      Object.entries({ ...fields, sign: signature }).map(([name, value]) => [name, String(value)]),
    );

    const told = [
      client.desk.ask({ method: 'POST', target: '/1/file/ls', ...multipart(texts) }),
      client.desk.ask({
        method: 'POST',
        target: '/1/file/ls',
        headers: { 'content-type': 'application/json' },
        body: json,
      }),
      client.post(`/1/file/ls?${queryOf(fields)}`, { sign: signature ?? '' }),
    ];

    expect(told.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it.each(['with', 'without'])('%s the facts about the file among the signed values', (how) => {
    const client = new Client();
    const file = { filehash: sha1('abc'), filesize: 3 };
    const rest = { org_client_id: 'example-library', dateline: client.nowSeconds, fullpath: 'a.txt' };
    const signed = how === 'with' ? { ...rest, ...file } : rest;

    const told = client.post('/1/file/create_file', {
      ...rest,
      ...file,
      sign: signatureOf(signed, 'example-library-secret'),
    });

    expect(told.json).toMatchObject({ fullpath: 'a.txt', state: 0 });
  });

  it.each([-15 * 60, 15 * 60])('%i seconds off', (off) => {
    const client = new Client();

    expect(client.call('ls', { dateline: client.nowSeconds + off }).status).toBe(200);
    expect(client.call('ls', { dateline: client.nowSeconds + off + Math.sign(off) }).json.error_code).toBe(40304);
  });
});

describe('a call is refused', () => {
  const client = new Client();
  const right = client.signed({ fullpath: 'a' });
  const without = (name: string) => Object.fromEntries(Object.entries(right).filter(([each]) => each !== name));
  const wrong: readonly (readonly [string, Fields, number])[] = [
    ['without anything', {}, 401],
    ['without an id', without('org_client_id'), 401],
    ['without a signature', without('sign'), 401],
    ['with a short signature', { ...right, sign: 'AAAA' }, 400012],
    ['with an empty signature', { ...right, sign: '' }, 400012],
    ['with a hex signature', { ...right, sign: sha1('x') }, 400012],
    ['with the signature of another secret', { ...right, sign: signatureOf(without('sign'), 'another') }, 40104],
    ['with a parameter more than was signed', { ...right, more: 'x' }, 40104],
    ['with a parameter changed', { ...right, fullpath: 'b' }, 40104],
    ['by an unknown client', { ...right, org_client_id: 'nobody' }, 40103],
    ['by a client called like a member of objects', { ...right, org_client_id: '__proto__' }, 40103],
    [
      'without a dateline',
      {
        ...without('dateline'),
        sign: signatureOf({ org_client_id: 'example-library', fullpath: 'a' }, 'example-library-secret'),
      },
      40003,
    ],
    ['with a dateline in words', client.signed({ dateline: 'now' }), 40003],
  ];

  it.each(wrong)('%s', (_, fields, code) => {
    expect(client.post('/m-open/1/file/ls', fields).json.error_code).toBe(code);
  });
});

describe('a person', () => {
  const grant = (client: Client, fields: Fields) => client.callEnterprise('/oauth2/token2', fields);
  const login = { grant_type: 'password', username: 'someone@example.test', password: 'example-password' };

  it.each<readonly [string, Fields]>([
    ['a password', login],
    ['the MD5 of a password', { ...login, password: 'cc4436eff149ba9761aaac07b36360ea' }],
    ['an exchange token', { grant_type: 'exchange_token', exchange_token: 'example-exchange-token' }],
  ])('gets a token for %s', (_, fields) => {
    const client = new Client();

    const told = grant(client, fields);

    expect(told.json).toMatchObject({ expires_in: 86_400 });
    expect(client.callAs(told.json.access_token, 'ls').json).toEqual({ count: 0, list: [] });
  });

  it('gets a new token for a refresh token, once', () => {
    const client = new Client();
    const first = grant(client, login).json;
    client.desk.nowMs += 86_400_000;

    const second = grant(client, { grant_type: 'refresh_token', refresh_token: first.refresh_token });
    const third = grant(client, { grant_type: 'refresh_token', refresh_token: first.refresh_token });

    expect(client.callAs(first.access_token, 'ls').json.error_code).toBe(40101);
    expect(client.callAs(second.json.access_token, 'ls').status).toBe(200);
    expect(third.json.error_code).toBe(401010);
  });

  it('is refused for another grant, for none, and for an empty refresh token', () => {
    const client = new Client();

    expect(grant(client, { grant_type: 'magic' }).json.error_code).toBe(40003);
    expect(grant(client, {}).json.error_code).toBe(40003);
    expect(grant(client, { grant_type: 'refresh_token', refresh_token: '' }).json.error_code).toBe(401010);
  });

  it('writes under the own name', () => {
    const client = new Client();

    client.callAs('example-token', 'create_folder', { fullpath: 'a' });

    expect(client.call('info', { fullpath: 'a' }).json.create_member_name).toBe('Someone');
  });
});
