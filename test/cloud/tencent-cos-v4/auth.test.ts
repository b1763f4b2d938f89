import { describe, expect, it } from 'vitest';
import { signTencentCosV4 } from '../../../src/cloud/tencent-cos-v4/sign.ts';
import { Client, openDesk, sign, wrapped } from './client.ts';

const input = {
  appid: '10000000',
  bucket: 'bkt',
  secretId: 'AKIDEXAMPLE',
  secretKey: 'SKEXAMPLE',
  now: 1_700_000_000,
  random: 123456,
};

describe('the signer', () => {
  it('makes the published sign of many uses', () => {
    expect(signTencentCosV4({ ...input, expires: 1_700_003_600 })).toBe(
      '1dCJ7BpTUFdRpYzM2t8Z6keKuCphPTEwMDAwMDAwJmI9Ymt0Jms9QUtJREVYQU1QTEUmZT0xNzAwMDAzNjAwJnQ9MTcwMDAwMDAwMCZyPTEyMzQ1NiZmPQ==',
    );
  });

  it('makes the published sign that is good once', () => {
    expect(signTencentCosV4({ ...input, expires: 0, fileId: '/10000000/bkt/a.txt' })).toBe(
      'lrCk6L6k15J0C94Um8fSt9oAsQthPTEwMDAwMDAwJmI9Ymt0Jms9QUtJREVYQU1QTEUmZT0wJnQ9MTcwMDAwMDAwMCZyPTEyMzQ1NiZmPS8xMDAwMDAwMC9ia3QvYS50eHQ=',
    );
  });

  it.each(['/10000000/bkt/%E4%B8%AD.txt', '', 'a+b/=', '/10000000/bkt/中.txt'])(
    'agrees with node:crypto on %j',
    (fileId) => {
      const plain = `a=10000000&b=bkt&k=AKIDEXAMPLE&e=9&t=1700000000&r=123456&f=${fileId}`;

      expect(signTencentCosV4({ ...input, expires: 9, fileId })).toBe(wrapped(plain));
    },
  );
});

describe('a sign is taken', () => {
  const ask = (headers: Record<string, string>, query = '') =>
    openDesk().ask({ target: `/files/v2/10000000/bkt/?op=list${query}`, headers }).json.code;

  it('with its fields in any order, and with fractions', () => {
    const plain = 'f=&r=1&t=1700000000.25&e=1700003600.5&k=AKIDEXAMPLE&b=bkt&a=10000000';

    expect(ask({ authorization: wrapped(plain) })).toBe(0);
  });

  it('from the header in any case', () => {
    expect(ask({ AUTHORIZATION: sign() })).toBe(0);
  });

  it('from the query, encoded or with its plus signs as they are', () => {
    const withPlus = Array.from({ length: 50 }, (_, r) => sign({ r })).find((each) => /[+]/.test(each)) ?? '';

    expect(withPlus).toContain('+');
    expect(ask({}, `&sign=${encodeURIComponent(withPlus)}`)).toBe(0);
    expect(ask({}, `&sign=${withPlus}`)).toBe(0);
  });

  it.each(['/10000000/bkt/d%20%E4%B8%AD/a', '/10000000/bkt/d 中/a', '/d%20%E4%B8%AD/a', 'd 中/a'])(
    'for the file %s',
    (f) => {
      const client = new Client(openDesk({ files: [{ path: '/d 中/a', text: '' }] }));

      expect(client.say('delete', 'd 中/a', { sign: sign({ e: 0, f }) }).json.code).toBe(0);
    },
  );

  it('of many uses, many times', () => {
    const client = new Client(openDesk());
    const token = sign();

    const codes = ['a', 'b', 'c'].map((name) => client.upload(name, name, { sign: token }).json.code);

    expect(codes).toEqual([0, 0, 0]);
  });

  it('of either kind for a copy', () => {
    const client = new Client(openDesk({ files: [{ path: '/a', text: 'x' }] }));

    const many = client.say('copy', 'a', { dest_fileid: '/b' });
    const once = client.say('copy', 'a', { dest_fileid: '/c', sign: sign({ e: 0, f: '/10000000/bkt/a' }) });

    expect([many.json.code, once.json.code]).toEqual([0, 0]);
  });
});

describe('a sign that is good once', () => {
  /** For one of two files. */
  const withSign = () => ({
    client: new Client(
      openDesk({
        files: [
          { path: '/a', text: 'x' },
          { path: '/b', text: 'y' },
        ],
      }),
    ),
    token: sign({ e: 0, f: '/10000000/bkt/a' }),
  });

  it('is used up by a call that is refused for another reason', () => {
    const { client, token } = withSign();
    const moved = () => client.say('move', 'a', { sign: token, dest_fileid: '/b' }).json.code;

    expect([moved(), moved()]).toEqual([-177, -77]);
  });

  it('stays good when it was refused itself', () => {
    const { client, token } = withSign();
    const deleted = (path: string) => client.say('delete', path, { sign: token }).json.code;

    expect([deleted('b'), deleted('a')]).toEqual([-63, 0]);
  });

  it('counts as a call when it is refused for another reason', () => {
    const client = new Client(openDesk({ settings: { limits: { callsPerSecondMax: 2 } } }));
    const told = () => client.say('stat', 'none').json.code;

    expect([told(), told(), told()]).toEqual([-197, -197, -71]);
  });

  it('is forgotten after as many others as the limit says', () => {
    const client = new Client(openDesk({ settings: { limits: { spentSignsMax: 1 } } }));
    const token = sign({ e: 0, f: '/10000000/bkt/a' });
    const deleted = (text: string) => {
      client.upload('a', 'x');
      return client.say('delete', 'a', { sign: text }).json.code;
    };

    expect([deleted(token), deleted(token)]).toEqual([0, -77]);
    expect([deleted(sign({ e: 0, r: 2, f: '/10000000/bkt/a' })), deleted(token)]).toEqual([0, 0]);
  });
});

describe('a download', () => {
  const scenario = {
    settings: {
      apps: [
        {
          appid: '10000000',
          secrets: [{ secretId: 'AKIDEXAMPLE', secretKey: 'SKEXAMPLE' }],
          buckets: [{ name: 'bkt', private: true }, { name: 'open' }],
        },
      ],
    },
    files: [{ path: '/a.txt', text: 'secret' }],
  };

  it('of a private bucket needs a sign in the query or the header', () => {
    const desk = openDesk(scenario);
    const query = `?sign=${encodeURIComponent(sign({ f: '/a.txt' }))}`;

    expect(desk.ask({ target: '/a.txt' }).status).toBe(403);
    expect(desk.ask({ target: `/a.txt${query}` }).text).toBe('secret');
    expect(desk.ask({ target: '/a.txt', headers: { authorization: sign() } }).text).toBe('secret');
  });

  it.each([
    ['another key', sign({ key: 'SKOTHER' })],
    ['another file', sign({ f: '/b.txt' })],
    ['the past', sign({ e: 1_700_000_050 })],
    ['another bucket', sign({ b: 'open' })],
    ['no sign at all', 'AAAA'],
  ])('is refused with a sign of %s', (_, token) => {
    const told = openDesk(scenario).ask({ target: '/a.txt', headers: { authorization: token } });

    expect([told.status, told.text]).toEqual([403, '']);
  });

  it('follows the authority of the file before that of its bucket', () => {
    const client = new Client(openDesk(scenario));

    const opened = client.say('update', 'a.txt', { authority: 'eWPrivateRPublic', flag: 128 });
    const open = client.download('a.txt');
    client.say('update', 'a.txt', { authority: 'eInvalid', flag: 128 });
    const closed = client.download('a.txt');

    expect([opened.status, open.status, closed.status]).toEqual([200, 200, 403]);
  });
});
