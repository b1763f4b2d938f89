import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { authorizationOf } from '../../../src/cloud/tencent-ci/sign.ts';
import { multipart } from '../ask.ts';
import { Client, cosHost, credentials, hmac, onePixel, sign, tag } from './client.ts';

const vector = '549a7cfce08be76dc775d87be44e140343092780';
const hour = '1700000000;1700003600';

describe('the signature', () => {
  it('is the published one for the published request', () => {
    const request = {
      method: 'GET',
      path: '/a.png',
      query: [['imageMogr2/thumbnail/!50p', '']] as const,
      headers: { host: cosHost },
    };

    const authorization = authorizationOf(request, credentials, hour);

    expect(authorization).toContain(`q-signature=${vector}`);
    expect(authorization).toContain('q-url-param-list=imagemogr2%2fthumbnail%2f%2150p&');
  });

  it('equals one that is computed independently, for odd names too', () => {
    const target = "/f%C3%A9/a%20b%25(1)'.png?Response-Content-Type=a%2Bb%20c&b=&A=%E4%BD%A0*!";
    const headers = { host: cosHost };

    const expected = sign({ method: 'PUT', target, headers }, { time: hour });

    const request = {
      method: 'PUT',
      path: "/fé/a b%(1)'.png",
      query: [
        ['Response-Content-Type', 'a+b c'],
        ['b', ''],
        ['A', '你*!'],
      ] as const,
      headers,
    };
    expect(authorizationOf(request, credentials, hour)).toBe(expected);
  });
});

function seeded(settings: Readonly<Record<string, unknown>> = {}): Client {
  const files = [{ path: '/a.png', base64: Buffer.from(onePixel).toString('base64') }];
  return new Client({ files, settings });
}

const rule = 'imageMogr2/thumbnail/!50p';

describe('a signed request', () => {
  it('is let through with the published vector', () => {
    const query = 'q-url-param-list=imagemogr2%2fthumbnail%2f%2150p';
    const authorization = `q-sign-algorithm=sha1&q-ak=AKIDEXAMPLE&q-sign-time=${hour}&q-key-time=${hour}&q-header-list=host&${query}&q-signature=${vector}`;

    const told = seeded().desk.ask({ target: `/a.png?${rule}`, headers: { host: cosHost, authorization } });

    expect(told.status).toBe(200);
  });

  it('may carry its signature in the query, whose lists are encoded once or twice', () => {
    const client = seeded();
    const authorization = sign({ target: `/a.png?${rule}`, headers: { host: cosHost } }, { time: client.time() });
    const once = authorization.replaceAll(/=([^&]*)/g, (_, value) => `=${encodeURIComponent(value)}`);
    const twice = once.replace(/(list=)([^&]*)/g, (_, name, value) => name + encodeURIComponent(value));

    const told = [once, twice, `sign=${encodeURIComponent(authorization)}`].map((query) =>
      client.desk.ask({ target: `/a.png?${rule}&${query}`, headers: { host: cosHost } }),
    );

    expect(told.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('is checked with those parameters and headers alone that the lists name', () => {
    const client = seeded();

    const told = client.ask({ target: `/a.png?${rule}&later=1` }, { params: [rule] });

    expect(told.status).toBe(200);
  });

  it('needs its token where the user has one', () => {
    const client = seeded({ users: [{ ...credentials, token: 'TOKEN' }] });

    const without = client.get('a.png');
    const header = client.get('a.png', '', { 'x-cos-security-token': 'TOKEN' });
    const query = client.get('a.png', 'x-cos-security-token=TOKEN');

    expect([without.status, header.status, query.status]).toEqual([403, 200, 200]);
  });
});

interface WrongCase {
  readonly title: string;
  readonly ask: (client: Client, target: string) => ReturnType<Client['ask']>;
  readonly plain: string;
  readonly processed: string;
  readonly persisted: string;
  readonly job: string;
}

const wrongCases: readonly WrongCase[] = [
  {
    title: 'none',
    ask: (client, target) => client.desk.ask({ ...methodOf(target), headers: { host: cosHost, ...headersOf(target) } }),
    plain: 'AccessDenied',
    processed: '-46661',
    persisted: '-60938',
    job: 'MissingAuthorization',
  },
  {
    title: 'half of one',
    ask: (client, target) =>
      client.desk.ask({
        ...methodOf(target),
        headers: { host: cosHost, ...headersOf(target), authorization: 'q-sign-algorithm=sha1&q-ak=AKIDEXAMPLE' },
      }),
    plain: 'AccessDenied',
    processed: '-46618',
    persisted: '-60938',
    job: 'InvalidAuthorization',
  },
  {
    title: 'another key',
    ask: (client, target) => client.ask({ ...methodOf(target), headers: headersOf(target) }, { secretKey: 'OTHER' }),
    plain: 'SignatureDoesNotMatch',
    processed: '-46618',
    persisted: '-60932',
    job: 'InvalidAuthorization',
  },
  {
    title: 'an unknown SecretId',
    ask: (client, target) => client.ask({ ...methodOf(target), headers: headersOf(target) }, { secretId: 'OTHER' }),
    plain: 'InvalidAccessKeyId',
    processed: '-46618',
    persisted: '-60932',
    job: 'SecretidNotExist',
  },
  {
    title: 'one of the past',
    ask: (client, target) =>
      client.ask({ ...methodOf(target), headers: headersOf(target) }, { time: '1600000000;1600003600' }),
    plain: 'AccessDenied',
    processed: '-46619',
    persisted: '-60932',
    job: 'SignatureExpired',
  },
  {
    title: 'one of the future',
    ask: (client, target) =>
      client.ask({ ...methodOf(target), headers: headersOf(target) }, { time: '1800000000;1800003600' }),
    plain: 'RequestTimeTooSkewed',
    processed: '-46618',
    persisted: '-60932',
    job: 'InvalidAuthorization',
  },
  {
    title: 'one for another time than it says',
    ask: (client, target) => {
      const headers = { host: cosHost, ...headersOf(target) };
      const signed = sign({ ...methodOf(target), headers }, { time: '1600000000;1600003600' });
      const authorization = signed.replaceAll('1600000000;1600003600', client.time());
      return client.desk.ask({ ...methodOf(target), headers: { ...headers, authorization } });
    },
    plain: 'SignatureDoesNotMatch',
    processed: '-46618',
    persisted: '-60932',
    job: 'InvalidAuthorization',
  },
];

function methodOf(target: string) {
  if (target === 'persisted') return { method: 'PUT', target: '/a.png', body: onePixel };
  if (target === 'job') return { target: '/jobs/j1' };
  return { target: target === 'plain' ? '/a.png' : `/a.png?${rule}` };
}

function headersOf(target: string): Readonly<Record<string, string>> {
  if (target === 'job') return { host: cosHost.replace('.cos.', '.ci.') };
  return target === 'persisted' ? { 'pic-operations': '{"rules":[]}' } : {};
}

describe.each(wrongCases)('a request with a wrong signature: $title', (wrong) => {
  it.each(['plain', 'processed', 'persisted', 'job'] as const)('is refused, asked for what is %s', (target) => {
    const told = wrong.ask(seeded(), target);

    const seen = target === 'plain' || target === 'job' ? tag(told.text, 'Code') : told.headers.get('x-errno');
    expect(told.status).toBe(403);
    expect(seen).toBe(wrong[target]);
  });
});

describe('a public bucket', () => {
  const settings = { buckets: [{ name: 'bkt-10000000', access: 'public-read' }] };

  it('is read without a signature, but not written or listed', () => {
    const client = seeded(settings);
    const ask = (method: string, target: string) => client.desk.ask({ method, target }).status;

    const statuses = [ask('GET', '/a.png'), ask('GET', `/a.png?${rule}`), ask('PUT', '/b'), ask('GET', '/')];

    expect(statuses).toEqual([200, 200, 403, 403]);
  });

  it('is written without a signature, too, when it is public to that degree', () => {
    const client = seeded({ buckets: [{ name: 'bkt-10000000', access: 'public-read-write' }] });
    const ask = (method: string, target: string, headers = {}) => client.desk.ask({ method, target, headers }).status;

    const statuses = [ask('PUT', '/b'), ask('GET', '/'), ask('DELETE', '/b'), ask('GET', `/a.png?${rule}`)];

    expect(statuses).toEqual([200, 200, 204, 200]);
    expect(ask('PUT', '/b', { 'pic-operations': '{}' })).toBe(403);
  });

  it('refuses a wrong signature all the same', () => {
    const told = seeded(settings).ask({ target: '/a.png' }, { secretKey: 'OTHER' });

    expect(told.status).toBe(403);
  });
});

describe('a signed form', () => {
  const keyTime = '1700000000;1700003600';
  const form = (policy: object, changes: Readonly<Record<string, string>> = {}) => {
    const text = JSON.stringify(policy);
    const digest = hmac(hmac(credentials.secretKey, keyTime), sha1(text));
    return multipart(
      {
        key: `dir/$${'{filename}'}`,
        policy: Buffer.from(text).toString('base64'),
        'q-sign-algorithm': 'sha1',
        'q-ak': credentials.secretId,
        'q-key-time': keyTime,
        'q-signature': digest,
        ...changes,
      },
      { file: 'contents' },
    );
  };
  const conditions = [
    { bucket: 'bkt-10000000' },
    { 'q-sign-time': keyTime },
    ['starts-with', '$key', 'dir/'],
    ['content-length-range', 1, 100],
  ];
  const post = (asked: ReturnType<typeof form>) => {
    const client = seeded();
    const told = client.desk.ask({ method: 'POST', target: '/', ...asked });
    return { client, told };
  };

  it('stores its file', () => {
    const { client, told } = post(form({ expiration: '2024-01-01T00:00:00Z', conditions }));

    expect(told.status).toBe(204);
    expect(client.get('dir/file.bin').text).toBe('contents');
  });

  it('is refused when its policy, signature or time does not fit', () => {
    const good = { expiration: '2024-01-01T00:00:00Z', conditions };
    const refused = [
      form({ ...good, expiration: '2023-01-01T00:00:00Z' }),
      form({ ...good, conditions: [['starts-with', '$key', 'other/']] }),
      form({ ...good, conditions: [['content-length-range', 1, 2]] }),
      form({ ...good, conditions: [{ bucket: 'another' }] }),
      form(good, { 'q-signature': 'f'.repeat(40) }),
      form(good, { 'q-ak': 'OTHER' }),
      form(good, { 'q-signature': '' }),
      form(good, { policy: 'not base64!' }),
    ].map((asked) => post(asked).told.status);

    expect(refused).toEqual(Array(8).fill(403));
  });
});

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
