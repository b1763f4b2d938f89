import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import cacheDownload from '../../src/harmony/cache-download.ts';
import {
  deadOrigin,
  downloaded,
  listen,
  offline,
  startDevice,
  startSite,
  startTimedDevice,
  until,
  wifi,
} from './cache-download-scene.ts';

const { ErrorCode, SslType } = cacheDownload;
const retries = (maxRetryCount: number) => ({ retry: { maxRetryCount } });
const once = retries(0);
const rulesSets = ['documented', 'device'] as const;

const hostError = { errorCode: ErrorCode.DNS, message: 'Failed to resolve the host name' };
const connectionError = { errorCode: ErrorCode.TCP, message: 'Failed to connect to the server' };
const timeoutError = { errorCode: ErrorCode.OTHERS, message: 'Operation timeout' };

/** A server that speaks for itself. It stops with the test. */
async function startRaw(
  onRequest: (socket: Socket, n: number) => void,
): Promise<{ origin: string; asked: () => number }> {
  let asked = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => onRequest(socket, ++asked));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}

describe('a status that is a failure', () => {
  it.each([302, 304, 404, 418, 500])('%i is never asked again', async (status) => {
    startDevice();
    const site = await startSite((response) => response.writeHead(status).end());

    expect(await downloaded(site.origin, retries(5))).toEqual({ errorCode: ErrorCode.HTTP, message: String(status) });

    expect(site.asked).toHaveLength(1);
  });

  it('is recorded', async () => {
    startDevice();
    const site = await startSite((response) => response.writeHead(404).end());
    cacheDownload.setDownloadInfoListSize(1);

    await downloaded(site.origin);

    expect(cacheDownload.getDownloadInfo(site.origin)?.network.ip).toBe('127.0.0.1');
  });
});

describe('a transport failure', () => {
  it.each([
    ['an unknown host', 'http://no.such.host.invalid/', hostError],
    ['another scheme', 'ftp://127.0.0.1/a', { errorCode: ErrorCode.OTHERS, message: 'Unsupported protocol' }],
    ['no host', 'http://', { errorCode: ErrorCode.OTHERS, message: 'Invalid URL format or missing URL' }],
    [
      'a bad port',
      'http://127.0.0.1:99999/',
      { errorCode: ErrorCode.OTHERS, message: 'Invalid URL format or missing URL' },
    ],
  ])('is told: %s', async (_, url, error) => {
    startDevice();

    expect(await downloaded(url, once)).toEqual(error);
  });

  it.each([
    ['nothing', '', { errorCode: ErrorCode.OTHERS, message: 'The server returned nothing (no header or data)' }],
    [
      'half a body',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf',
      { errorCode: ErrorCode.HTTP, message: 'Transferred a partial file' },
    ],
    ['what is no HTTP', 'hello\r\n\r\n', { errorCode: ErrorCode.OTHERS, message: 'Invalid server response' }],
  ])('is told of a server that answers %s', async (_, answer, error) => {
    startDevice();
    const raw = await startRaw((socket) => socket.end(answer));

    expect(await downloaded(raw.origin, once)).toEqual(error);
  });

  it.each([
    ['before the head', ''],
    ['in the body', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'],
  ])('is told of a reset %s', async (_, beginning) => {
    const device = startDevice();
    let reset: (() => void) | undefined;
    const raw = await startRaw((socket) => {
      socket.write(beginning);
      reset = () => socket.resetAndDestroy();
    });
    const heard = listen(raw.origin);

    cacheDownload.download(raw.origin, once);
    await until(() => reset !== undefined && (beginning === '' || device.traffic.rxBytes > 0));
    reset?.();

    await until(() => heard.length > 0);
    expect(heard).toEqual([{ errorCode: ErrorCode.TCP, message: 'Failed to receive data from the peer' }]);
  });

  it.each([
    ['unknown', Buffer.from('x'), 'zip'],
    ['broken', Buffer.from('no gzip'), 'gzip'],
  ])('is told of a coding that is %s', async (_, body, coding) => {
    startDevice();
    const site = await startSite((response) => response.setHeader('Content-Encoding', coding).end(body));

    expect(await downloaded(site.origin, once)).toEqual({
      errorCode: ErrorCode.HTTP,
      message: 'Invalid HTTP encoding format',
    });
  });

  it('is told of redirects without end, after 30', async () => {
    startDevice();
    const site = await startSite((response, _, n) => response.writeHead(302, { Location: `/${n}` }).end());

    expect(await downloaded(site.origin, once)).toEqual({
      errorCode: ErrorCode.HTTP,
      message: 'The number of redirections reaches the maximum allowed',
    });
    expect(site.asked).toHaveLength(31);
  });

  it.each([
    [0, 1],
    [undefined, 2],
    [10, 11],
  ])(
    'with %j retries asks %i times at once, and leaves its peer out of the record',
    async (maxRetryCount, attempts) => {
      startDevice();
      const raw = await startRaw((socket) => socket.end());
      const url = raw.origin;

      await downloaded(url, maxRetryCount === undefined ? {} : retries(maxRetryCount));

      expect(raw.asked()).toBe(attempts);
      const dead = await deadOrigin();
      cacheDownload.setDownloadInfoListSize(1);
      expect(await downloaded(dead, once)).toEqual(connectionError);
      expect(cacheDownload.getDownloadInfo(dead)?.network).not.toHaveProperty('ip');
    },
  );

  it('may be over with the next attempt', async () => {
    startDevice();
    const raw = await startRaw((socket, n) => socket.end(n === 1 ? '' : 'HTTP/1.1 200 OK\r\n\r\nhello'));

    expect(await downloaded(raw.origin)).toBe('ok');
  });

  it('waits out the network check when the app may not look at the network', async () => {
    const { clock } = startTimedDevice({ permissions: ['ohos.permission.INTERNET'] });
    const raw = await startRaw((socket) => socket.end());
    const heard = listen(raw.origin);

    cacheDownload.download(raw.origin, { timeout: { networkCheckTimeout: 2 } });
    await until(() => clock.nextDueMs === 1_000, clock);
    await clock.run(1_999);
    expect(heard).toEqual([]);
    await clock.run(10);

    expect(heard).toHaveLength(1);
    expect(raw.asked()).toBe(1);
  });
});

describe('without a network', () => {
  it.each([
    ['the defaults', {}, 20_000],
    ['no retry', once, 0],
    ['two retries', retries(2), 40_000],
    ['no wait', { timeout: { networkCheckTimeout: 0 } }, 0],
    ['a wait of 3 s', { timeout: { networkCheckTimeout: 3.9 } }, 3_000],
  ])('with %s the error comes in time', async (_, options, dueMs) => {
    const { clock } = startTimedDevice({ network: offline });
    const heard = listen('http://a.example/');

    cacheDownload.download('http://a.example/', options);
    await clock.run(Math.max(0, dueMs - 1));
    expect(heard).toEqual(dueMs === 0 ? [hostError] : []);
    await clock.run(2);

    expect(heard).toEqual([hostError]);
  });

  it('an address fails to connect', async () => {
    const { clock } = startTimedDevice({ network: offline });

    expect(await downloaded('http://[::1]:8080/', once, clock)).toEqual(connectionError);
  });

  it.each(rulesSets)('by the rules `%s` the next attempt comes with the first look that sees one', async (rules) => {
    const { device, clock } = startTimedDevice({ network: offline, rules });
    const site = await startSite((response) => response.end('x'));
    const heard = listen(site.origin);
    cacheDownload.setDownloadInfoListSize(1);

    cacheDownload.download(site.origin, {});
    await clock.run(5_200);
    device.engine.setNetwork(wifi);
    await clock.run(700);
    expect(site.asked).toHaveLength(0);
    expect(cacheDownload.getDownloadInfo(site.origin)?.network.dnsServers).toEqual([]);
    await clock.run(100);

    await until(() => heard.length > 0, clock);
    expect(heard).toEqual(['ok']);
    expect(site.asked).toHaveLength(1);
  });
});

describe('a network that comes back', () => {
  it.each(rulesSets)('by the rules `%s` restarts what has lost its own, without a retry', async (rules) => {
    const { device, clock } = startTimedDevice({ rules });
    const site = await startSite((response, _, n) => (n === 1 ? response.write('lost') : response.end('x')));
    const heard = listen(site.origin);
    cacheDownload.download(site.origin, once);
    await until(() => site.asked.length === 1, clock);

    device.engine.setNetwork(offline);
    await clock.run(5_000);
    expect(heard).toEqual([]);
    device.engine.setNetwork(wifi);

    await until(() => heard.length > 0, clock);
    expect(heard).toEqual(['ok']);
    expect(site.asked).toHaveLength(2);
  });

  it('comes too late when the time of the attempt has run out', async () => {
    const { device, clock } = startTimedDevice();
    const site = await startSite((response) => response.write('lost'));
    const heard = listen(site.origin);
    cacheDownload.download(site.origin, once);
    await until(() => site.asked.length === 1, clock);
    device.engine.setNetwork(offline);

    await clock.run(59_000);
    expect(heard).toEqual([]);
    await clock.run(1_001);

    expect(heard).toEqual([timeoutError]);
  });

  it('makes the next cancel a restart, on a device, when it was announced to a download that waited', async () => {
    const { device, clock } = startTimedDevice({ rules: 'device', network: offline });
    const answers: (() => void)[] = [];
    const site = await startSite((response) => void answers.push(() => response.end('x')));
    const heard = listen(site.origin);
    cacheDownload.download(site.origin, {});
    await clock.run(500);
    device.engine.setNetwork(wifi);
    await clock.run(500);
    await until(() => answers.length === 1, clock);

    cacheDownload.cancel(site.origin);
    await until(() => answers.length === 2, clock);
    answers.at(-1)?.();

    await until(() => heard.length > 0, clock);
    expect(heard).toEqual(['ok']);
  });
});

describe('time', () => {
  it('runs out for each attempt', async () => {
    const { clock } = startTimedDevice();
    const site = await startSite((response) => response.write('some'));
    const heard = listen(site.origin);

    cacheDownload.download(site.origin, { timeout: { httpTotalTimeout: 1 } });
    await until(() => site.asked.length === 1, clock);
    await clock.run(1_000);
    await until(() => site.asked.length === 2, clock);
    await clock.run(999);
    expect(heard).toEqual([]);
    await clock.run(2);

    expect(heard).toEqual([timeoutError]);
  });

  it('is 60 s unless told, or what was set for all', async () => {
    const { clock } = startTimedDevice();
    const site = await startSite((response) => response.write('some'));
    const [a, b, c] = ['/a', '/b', '/c'].map((path) => site.origin + path) as [string, string, string];
    const heard = [a, b, c].map((url) => listen(url));
    cacheDownload.setGlobalRetryOptions({ maxRetryCount: 0 });

    cacheDownload.download(a, {});
    cacheDownload.setGlobalTimeoutOptions({ httpTotalTimeout: 2 });
    cacheDownload.download(b, {});
    cacheDownload.setGlobalTimeoutOptions({ networkCheckTimeout: 1 });
    cacheDownload.download(c, {});
    await until(() => site.asked.length === 3, clock);
    await clock.run(2_001);
    expect(heard).toEqual([[], [timeoutError], []]);
    await clock.run(58_000);

    expect(heard).toEqual([[timeoutError], [timeoutError], [timeoutError]]);
  });
});

describe('cancel', () => {
  it.each(rulesSets)('by the rules `%s` ends a download without a word', async (rules) => {
    const { clock, isIdle } = startTimedDevice({ rules });
    const site = await startSite((response, _, n) => (n === 1 ? response.end('old') : response.write('new')));
    cacheDownload.setDownloadInfoListSize(1);
    await downloaded(site.origin, {}, clock);
    const info = cacheDownload.getDownloadInfo(site.origin);
    const heard = listen(site.origin);
    cacheDownload.download(site.origin, {});
    await until(() => site.asked.length === 2, clock);

    cacheDownload.cancel(site.origin);

    await until(async () => (await site.connections()) === 0 && isIdle(), clock);
    expect(heard).toEqual([]);
    expect(cacheDownload.getDownloadInfo(site.origin)).toEqual(info);
    expect(await downloaded(site.origin, { cacheStrategy: 1 }, clock)).toBe('ok');
    expect(site.asked).toHaveLength(2);
  });

  it.each(rulesSets)('by the rules `%s` makes way for a download in the same turn', async (rules) => {
    startDevice({ rules });
    const site = await startSite((response) => response.end('x'));
    cacheDownload.setDownloadInfoListSize(1);
    const heard = listen(site.origin);

    cacheDownload.download(site.origin, {});
    cacheDownload.cancel(site.origin);
    cacheDownload.cancel(site.origin);
    expect(cacheDownload.getDownloadInfo(site.origin)).toBeUndefined();
    cacheDownload.download(site.origin, {});

    await until(() => heard.length > 0);
    expect(heard).toEqual(['ok']);
  });

  it('of what is not in flight does nothing', () => {
    startDevice();

    expect(cacheDownload.cancel('http://a.example/')).toBeUndefined();
  });

  it('comes by itself when the device closes', async () => {
    const { device, clock, isIdle } = startTimedDevice({ network: offline, rules: 'device' });
    const heard = listen('http://a.example/');
    cacheDownload.download('http://a.example/', {});
    await clock.run(1);

    await device.close();
    await clock.run(60_000);

    expect(heard).toEqual([]);
    expect(isIdle()).toBe(true);
  });
});

describe('TLS', () => {
  const certificate = join(import.meta.dirname, '../support/localhost-cert.pem');
  const startTls = async () => {
    const tls = {
      key: readFileSync(join(import.meta.dirname, '../support/localhost-key.pem')),
      cert: readFileSync(certificate),
    };
    const server = createTlsServer(tls, (_, response) => response.end('safe'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  const peerError = { errorCode: ErrorCode.SSL, message: 'Invalid SSL peer certificate or SSH remote key' };

  it('trusts who `caPath` vouches for, and nobody else', async () => {
    const device = startDevice();
    const url = await startTls();
    cacheDownload.setDownloadInfoListSize(1);
    const caPath = '/data/storage/el2/base/cache/ca.pem';
    writeFileSync(device.onDisk(caPath), readFileSync(certificate));

    expect(await downloaded(url, { ...once, caPath })).toBe('ok');
    const { connectTime = 0, tlsTime = 0 } = cacheDownload.getDownloadInfo(url)?.performance ?? {};
    expect(tlsTime).toBeGreaterThan(connectTime);
    expect(await downloaded(url, once)).toEqual(peerError);
    expect(await downloaded(url, { ...once, caPath: 7 as unknown as string })).toEqual(peerError);
  });

  it('needs a `caPath` for TLCP', async () => {
    startDevice();
    const url = await startTls();

    expect(await downloaded(url, { ...once, sslType: SslType.TLCP })).toEqual(peerError);
    expect(await downloaded(url, { ...once, sslType: SslType.TLCP, caPath: certificate })).toBe('ok');
  });

  it.each(['/nowhere.pem', import.meta.filename])('refuses %s as a `caPath`', async (caPath) => {
    startDevice();

    expect(await downloaded(await startTls(), { ...once, caPath })).toEqual({
      errorCode: ErrorCode.SSL,
      message: 'The SSL CA certificate does not exist or is inaccessible',
    });
  });
});
