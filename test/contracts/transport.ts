import { afterEach, describe, expect, it } from 'vitest';
import type { MemoryFiles } from '../../src/adapters/files/memory.ts';
import { generateContent } from '../../src/adapters/transport/content.ts';
import type { FileServer, FileServerOptions } from '../../src/adapters/transport/file-server.ts';
import type { FaultRule } from '../../src/adapters/transport/internet.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { DownloadJob, Run, TransferJob, TransferReport, Transport, UploadJob } from '../../src/ports/transport.ts';
import { answer, cutAfter, stallAfter } from '../../src/sim/faults.ts';

/** A transport, a disk, and one server that has two names. */
export interface TransportWorld {
  readonly transport: Transport;
  readonly files: MemoryFiles;
  readonly clock: Clock;
  readonly server: FileServer;
  readonly origin: string;
  readonly otherOrigin: string;
  /** An origin on the server's host where nobody listens. */
  readonly closedOrigin: string;
  /** A URL whose server never takes the call, once the world was opened with `hangs`. */
  readonly hangingUrl: string;
  /** Lets time pass until the condition holds. */
  until(holds: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly server?: FileServerOptions;
  readonly faults?: readonly FaultRule[];
}

export type OpenWorld = (options: WorldOptions) => Promise<TransportWorld>;

/** The directory of every world where files may be made. */
const directory = '/files';
export const target = `${directory}/target`;

export const download: Omit<DownloadJob, 'url'> = {
  kind: 'download',
  tid: '1',
  method: 'GET',
  headers: {},
  redirect: true,
  redirectsMax: 30,
  proxy: '',
  maxSpeed: 0,
  connectTimeoutMs: 60_000,
  body: '',
  target,
  begins: 0,
  ends: -1,
  validator: null,
  precise: false,
};

export const upload: Omit<UploadJob, 'url'> = {
  kind: 'upload',
  tid: '1',
  method: 'PUT',
  headers: {},
  redirect: true,
  redirectsMax: 30,
  proxy: '',
  maxSpeed: 0,
  connectTimeoutMs: 60_000,
  encoding: 'raw',
  form: [],
  files: [],
};

/** One exchange as its caller hears it. */
export interface Heard {
  readonly run: Run;
  readonly reports: TransferReport[];
  readonly last: TransferReport | null;
}

export function listen(transport: Transport, job: TransferJob): Heard {
  const reports: TransferReport[] = [];
  const run = transport.open(job, (report) => reports.push(report));
  return {
    run,
    reports,
    get last() {
      const last = reports.at(-1);
      return last === undefined || last.type === 'responded' || last.type === 'received' ? null : last;
    },
  };
}

export function bytesReported(heard: Heard): number {
  return Math.max(0, ...heard.reports.map((report) => (report.type === 'received' ? report.bytes : 0)));
}

function whole(path: string, size: number): Uint8Array {
  return generateContent(path, size).bytesAt(0, size);
}

/** `toEqual` looks at each byte as if it were an object. */
export function expectBytes(actual: Uint8Array | undefined, expected: Uint8Array): void {
  const differs = expected.findIndex((byte, at) => byte !== actual?.[at]);
  expect({ length: actual?.length, differs }).toEqual({ length: expected.length, differs: -1 });
}

export function transportContract(name: string, openWorld: OpenWorld): void {
  describe(`${name} keeps the promises of a transport`, () => {
    const worlds: TransportWorld[] = [];
    const open = async (options: WorldOptions = {}) => {
      const world = await openWorld(options);
      worlds.push(world);
      world.files.makeDirectory(directory);
      return world;
    };
    const finish = async (world: TransportWorld, job: TransferJob): Promise<Heard> => {
      const heard = listen(world.transport, job);
      await world.until(() => heard.last !== null);
      return heard;
    };
    const get = (world: TransportWorld, path: string, job: Partial<DownloadJob> = {}) =>
      finish(world, { ...download, url: `${world.origin}${path}`, ...job });
    const put = (world: TransportWorld, path: string, job: Partial<UploadJob> = {}) =>
      finish(world, { ...upload, url: `${world.origin}${path}`, ...job });
    const file = (path: string, size: number, index = 0) => ({
      index,
      name: `f${index}`,
      path,
      filename: `name${index}.bin`,
      contentType: 'bin',
      from: 0,
      to: size - 1,
    });
    const froms = (world: TransportWorld) => world.server.requests.map(({ from }) => from);

    afterEach(async () => {
      await Promise.all(worlds.splice(0).map((world) => world.close()));
    });

    describe('a download', () => {
      it('brings the file, and tells of the response before anything else', async () => {
        const world = await open({ server: { files: { '/a': 300_000 } } });

        const { reports, last } = await get(world, '/a');

        expect(reports[0]).toMatchObject({
          type: 'responded',
          version: 'HTTP/1.1',
          status: 200,
          phrase: 'OK',
          body: { offset: 0, size: 300_000 },
        });
        expect(reports.at(-2)).toEqual({ type: 'received', index: 0, bytes: 300_000 });
        expect(last).toEqual({ type: 'finished', bytes: 300_000, body: new Uint8Array() });
        expectBytes(world.files.read(target), whole('/a', 300_000));
      });

      it('tells nothing before open returns, and nothing after the last word', async () => {
        const world = await open({ server: { files: { '/a': 10 } } });
        const heard = listen(world.transport, { ...download, url: `${world.origin}/a` });
        expect(heard.reports).toEqual([]);

        await world.until(() => heard.last !== null);
        const count = heard.reports.length;
        heard.run.cancel();
        heard.run.setSpeed(1);
        await get(world, '/a', { target: `${directory}/b` });

        expect(heard.reports).toHaveLength(count);
      });

      it('brings an empty file', async () => {
        const world = await open({ server: { files: { '/a': 0 } } });

        const { last } = await get(world, '/a');

        expect(last).toMatchObject({ type: 'finished', bytes: 0 });
        expect(world.files.read(target)).toHaveLength(0);
      });

      it('sends its body, also with GET', async () => {
        const world = await open({ server: { files: { '/a': 10 } } });

        await get(world, '/a', { body: 'größe=1' });
        await get(world, '/a', { body: 'x', method: 'POST', validator: '"old"' });

        const bodies = world.server.requests.map(({ method, body }) => [method, new TextDecoder().decode(body)]);
        expect(bodies).toEqual([
          ['GET', 'größe=1'],
          ['POST', 'x'],
        ]);
      });

      it('sends configured headers, and names each header of the response with all its values', async () => {
        const rule = answer(200, {}, [
          ['X-Twice', 'one'],
          ['X-Twice', 'two'],
        ]);
        const world = await open({ server: { files: { '/a': 10, '/b': 10 } }, faults: [] });
        const ruled = await open({ faults: [rule] });

        await get(world, '/a', { headers: { 'X-Mine': 'a, b' } });
        const { reports } = await get(ruled, '/b');

        expect(world.server.requests[0]?.headers['x-mine']).toBe('a, b');
        const [responded] = reports;
        expect(responded?.type === 'responded' && responded.headers.get('x-twice')).toEqual(['one', 'two']);
      });

      it('percent-encodes its URL', async () => {
        const world = await open({ server: { files: { '/%C3%BC%20x': 10 } } });

        expect((await get(world, '/ü x')).last).toMatchObject({ type: 'finished' });
      });
    });

    describe('bytes on disk and a range', () => {
      const files = { '/a': 1_000 };
      const rest = (from: number, size = 1_000 - from) => generateContent('/a', 1_000).bytesAt(from, size);

      it('asks plainly for a new file', async () => {
        const world = await open({ server: { files } });

        await get(world, '/a');

        expect(world.server.requests[0]?.headers).not.toHaveProperty('range');
      });

      it.each([
        { begins: 100, ends: -1, sent: 'bytes=100-' },
        { begins: 900, ends: 999, sent: 'bytes=900-999' },
        { begins: 0, ends: 9, sent: 'bytes=0-9' },
      ])('asks for $sent', async ({ begins, ends, sent }) => {
        const world = await open({ server: { files } });

        const { reports, last } = await get(world, '/a', { begins, ends });

        const size = (ends < 0 ? 999 : ends) - begins + 1;
        expect(world.server.requests[0]?.headers.range).toBe(sent);
        expect(reports[0]).toMatchObject({ status: 206, body: { offset: 0, size } });
        expect(last).toMatchObject({ type: 'finished', bytes: size });
        expectBytes(world.files.read(target), rest(begins, size));
      });

      it('continues with a validator', async () => {
        const world = await open({ server: { files } });
        world.files.write(target, whole('/a', 1_000).subarray(0, 600));

        const { reports, last } = await get(world, '/a', { validator: '"a-1000-0"' });

        expect(world.server.requests[0]?.headers).toMatchObject({ range: 'bytes=600-', 'if-range': '"a-1000-0"' });
        expect(reports[0]).toMatchObject({ status: 206, body: { offset: 600, size: 1_000 } });
        expect(reports.filter(({ type }) => type === 'received').at(-1)).toEqual({
          type: 'received',
          index: 0,
          bytes: 1_000,
        });
        expect(last).toMatchObject({ type: 'finished', bytes: 1_000 });
        expectBytes(world.files.read(target), whole('/a', 1_000));
      });

      it('starts anew when the file has changed', async () => {
        const world = await open({ server: { files } });
        world.files.write(target, new Uint8Array(600));

        const { reports } = await get(world, '/a', { validator: '"older"' });

        expect(reports[0]).toMatchObject({ status: 200, body: { offset: 0, size: 1_000 } });
        expectBytes(world.files.read(target), whole('/a', 1_000));
      });

      it('empties the target without a validator, before it asks', async () => {
        const world = await open({ server: { files, answers: { '/a': 500 } } });
        world.files.write(target, new Uint8Array(600));

        await get(world, '/a');

        expect(world.server.requests[0]?.headers).not.toHaveProperty('range');
        expect(world.files.read(target)).toHaveLength(0);
      });

      it('continues a range with a validator', async () => {
        const world = await open({ server: { files } });
        world.files.write(target, rest(100, 50));

        const { reports } = await get(world, '/a', { begins: 100, ends: 299, validator: '"a-1000-0"' });

        expect(world.server.requests[0]?.headers.range).toBe('bytes=150-299');
        expect(reports[0]).toMatchObject({ body: { offset: 50, size: 200 } });
        expectBytes(world.files.read(target), rest(100, 200));
      });

      it('sends nothing for a range that it cannot continue', async () => {
        const world = await open({ server: { files } });
        world.files.write(target, rest(100, 50));

        const { reports } = await get(world, '/a', { begins: 100 });

        expect(reports).toMatchObject([{ type: 'faulted', cause: 'range', status: null }]);
        expect(world.server.requests).toEqual([]);
        expectBytes(world.files.read(target), rest(100, 50));
      });

      it('faults when a range is answered by the whole file', async () => {
        const world = await open({ server: { files, ranges: false } });

        const { reports, last } = await get(world, '/a', { begins: 100 });

        expect(reports[0]).toMatchObject({ type: 'responded', status: 200, body: null });
        expect(last).toMatchObject({ type: 'faulted', cause: 'range' });
      });

      it('appends what another success brings', async () => {
        const world = await open({ faults: [answer(203, {}, [], 'tail')] });
        world.files.write(target, 'head-');

        const { reports } = await get(world, '/a', { validator: '"any"' });

        expect(reports[0]).toMatchObject({ status: 203, body: { offset: 5, size: 9 } });
        expect(new TextDecoder().decode(world.files.read(target))).toBe('head-tail');
      });

      it('leaves the bytes on disk where they are when a range is not satisfiable', async () => {
        const world = await open({ server: { files } });
        world.files.write(target, whole('/a', 1_000));

        const { last } = await get(world, '/a', { validator: '"a-1000-0"' });

        expect(last).toMatchObject({ type: 'faulted', cause: 'protocol', status: 416 });
        expect(world.files.read(target)).toHaveLength(1_000);
      });
    });

    describe('a length', () => {
      it('is unknown when the response names none', async () => {
        const world = await open({ server: { files: { '/a': 5_000 }, lengths: false } });

        const { reports, last } = await get(world, '/a');

        expect(reports[0]).toMatchObject({ body: { offset: 0, size: -1 } });
        expect(last).toMatchObject({ type: 'finished', bytes: 5_000 });
      });

      it('is missed by a precise download, which writes nothing', async () => {
        const world = await open({ server: { files: { '/a': 5_000 }, lengths: false } });

        const { reports, last } = await get(world, '/a', { precise: true });

        expect(reports[0]).toMatchObject({ type: 'responded', body: null });
        expect(last).toMatchObject({ type: 'faulted', cause: 'sizeUnknown' });
        expect(world.files.look(target).kind).toBe('missing');
      });
    });

    describe('a status', () => {
      it.each([300, 304, 400, 404, 408, 416, 500, 503])('of %i is a fault that names it', async (status) => {
        const world = await open({ server: { answers: { '/a': status } } });

        const { reports, last } = await get(world, '/a');

        expect(reports[0]).toMatchObject({ type: 'responded', status, body: null });
        expect(last).toMatchObject({ type: 'faulted', cause: 'protocol', status });
        expect(world.files.look(target).kind).toBe('missing');
      });

      it('of failure ends an upload, which has told of the response', async () => {
        const world = await open({ server: { answers: { '/u': 403 } } });
        world.files.write('/files/s', 'some');

        const { reports, last } = await put(world, '/u', { files: [file('/files/s', 4)] });

        expect(reports.find(({ type }) => type === 'responded')).toMatchObject({ status: 403, body: null });
        expect(last).toMatchObject({ type: 'faulted', cause: 'protocol', status: 403 });
      });
    });

    describe('a redirect', () => {
      it.each([301, 302, 303, 307, 308])('of %i is followed, and only the end is told', async (status) => {
        const world = await open({
          server: { files: { '/a': 100 }, redirects: { '/old': { status, location: '/a' } } },
        });

        const { reports, last } = await get(world, '/old');

        expect(reports.filter(({ type }) => type === 'responded')).toMatchObject([{ status: 200 }]);
        expect(last).toMatchObject({ type: 'finished', bytes: 100 });
      });

      it('is a final response when redirects are off', async () => {
        const world = await open({ server: { redirects: { '/old': { status: 302, location: '/a' } } } });

        const { reports, last } = await get(world, '/old', { redirect: false });

        expect(reports[0]).toMatchObject({ type: 'responded', status: 302 });
        expect(last).toMatchObject({ type: 'faulted', cause: 'protocol', status: 302 });
      });

      it.each([undefined, 'ftp://elsewhere/', 'http://'])('to %s cannot be followed', async (location) => {
        const redirect = location === undefined ? { status: 302 } : { status: 302, location };
        const world = await open({ server: { redirects: { '/old': redirect } } });

        const { reports } = await get(world, '/old');

        expect(reports).toMatchObject([{ type: 'faulted', cause: 'redirect', status: null }]);
      });

      it('is followed 30 times and not once more', async () => {
        const world = await open({ server: { redirects: { '/loop': { status: 302, location: '/loop' } } } });

        const { last } = await get(world, '/loop');

        expect(last).toMatchObject({ type: 'faulted', cause: 'redirect' });
        expect(world.server.requests).toHaveLength(31);
      });

      it('of 307 sends the body again', async () => {
        const world = await open({ server: { redirects: { '/old': { status: 307, location: '/new' } } } });
        world.files.write('/files/s', whole('/s', 200_000));

        const { reports, last } = await put(world, '/old', { files: [file('/files/s', 200_000)] });

        expect(last).toMatchObject({ type: 'finished', bytes: 200_000 });
        expect(world.server.uploads).toMatchObject([{ method: 'PUT', path: '/new' }]);
        expectBytes(world.server.uploads[0]?.files[0]?.bytes, whole('/s', 200_000));
        const received = reports.flatMap((report) => (report.type === 'received' ? [report.bytes] : []));
        expect(received).toEqual(received.toSorted((a, b) => a - b));
      });

      it('of 302 turns an upload into a GET without its body', async () => {
        const world = await open({
          server: { files: { '/done': 3 }, redirects: { '/old': { status: 302, location: '/done' } } },
        });
        world.files.write('/files/s', 'some');

        const { last } = await put(world, '/old', { files: [file('/files/s', 4)] });

        expect(last).toMatchObject({ type: 'finished', body: whole('/done', 3) });
        const [, followed] = world.server.requests;
        expect(followed).toMatchObject({ method: 'GET', body: { length: 0 } });
        expect(followed?.headers).not.toHaveProperty('content-type');
      });

      it('to another authority does not take credentials along', async () => {
        const redirects: Record<string, { status: number; location: string }> = {
          '/near': { status: 302, location: '/a' },
        };
        const world = await open({ server: { files: { '/a': 1 }, redirects } });
        redirects['/far'] = { status: 302, location: `${world.otherOrigin}/a` };
        const headers = { Authorization: 'Basic eA==', Cookie: 'a=b', 'X-Mine': 'yes' };

        await get(world, '/near', { headers });
        await get(world, '/far', { headers, target: `${directory}/b` });

        const [, near, , far] = world.server.requests.map((request) => request.headers);
        expect(near).toMatchObject({ authorization: 'Basic eA==', cookie: 'a=b', 'x-mine': 'yes' });
        expect(far).toMatchObject({ 'x-mine': 'yes' });
        expect(far).not.toHaveProperty('authorization');
        expect(far).not.toHaveProperty('cookie');
      });
    });

    describe('a connection', () => {
      it.each(['https:////', 'https://?x', 'nonsense'])('to %s is never tried', async (url) => {
        const world = await open();

        const { reports } = await finish(world, { ...download, url });

        expect(reports).toMatchObject([{ type: 'faulted', cause: 'build' }]);
      });

      it.each([{ 'X-Bad': 'a\r\nb: c' }, { 'bad name': 'x' }, { '': 'x' }])(
        'is never tried with the headers %o',
        async (headers) => {
          const world = await open({ server: { files: { '/a': 1 } } });

          const { reports } = await get(world, '/a', { headers: headers as Record<string, string> });

          expect(reports).toMatchObject([{ type: 'faulted', cause: 'build' }]);
          expect(world.server.requests).toEqual([]);
        },
      );

      it('that is refused is a fault of TCP', async () => {
        const world = await open();

        const { reports } = await finish(world, { ...download, url: `${world.closedOrigin}/a` });

        expect(reports).toMatchObject([{ type: 'faulted', cause: 'tcp' }]);
      });

      it('to an unknown host is a fault of DNS', async () => {
        const world = await open();

        const { reports } = await finish(world, { ...download, url: 'http://nowhere.invalid/a' });

        expect(reports).toMatchObject([{ type: 'faulted', cause: 'dns' }]);
      });

      it('to a proxy that is not there is a fault of TCP', async () => {
        const world = await open();

        const { reports } = await get(world, '/a', { proxy: world.closedOrigin });

        expect(reports).toMatchObject([{ type: 'faulted', cause: 'tcp' }]);
      });

      it('that nobody takes times out', async () => {
        const world = await open();
        const beganMs = world.clock.elapsed();

        const { reports } = await finish(world, { ...download, url: world.hangingUrl, connectTimeoutMs: 1_000 });

        expect(reports).toMatchObject([{ type: 'faulted', cause: 'timeout' }]);
        expect(world.clock.elapsed() - beganMs).toBeGreaterThanOrEqual(1_000);
      });

      it('that breaks in a body leaves exactly the bytes that were reported', async () => {
        const world = await open({ server: { files: { '/a': 3_000_000 } }, faults: [cutAfter(1_234_567)] });

        const broken = await get(world, '/a');

        expect(broken.last).toMatchObject({ type: 'faulted', cause: 'other' });
        expect(bytesReported(broken)).toBe(1_234_567);
        expectBytes(world.files.read(target), whole('/a', 3_000_000).subarray(0, 1_234_567));

        const { last } = await get(world, '/a', { validator: '"a-3000000-0"' });

        expect(last).toMatchObject({ type: 'finished', bytes: 3_000_000 });
        expect(froms(world)).toEqual([0, 1_234_567]);
        expectBytes(world.files.read(target), whole('/a', 3_000_000));
      });

      it('that breaks while sending is a fault', async () => {
        const world = await open({ faults: [cutAfter(1_000_000)] });
        world.files.write('/files/s', whole('/s', 8_000_000));

        const { last } = await put(world, '/u', { files: [file('/files/s', 8_000_000)] });

        expect(last).toMatchObject({ type: 'faulted', cause: 'other' });
        expect(world.server.uploads).toEqual([]);
      });
    });

    describe('cancelling', () => {
      const cancelled = [{ type: 'cancelled' }];

      it('before anything has happened sends nothing', async () => {
        const world = await open({ server: { files: { '/a': 10 } } });
        const heard = listen(world.transport, { ...download, url: `${world.origin}/a` });

        heard.run.cancel();
        await world.until(() => heard.last !== null);

        expect(heard.reports).toEqual(cancelled);
        expect(world.server.requests).toEqual([]);
      });

      it('while connecting does not wait for the connection', async () => {
        const world = await open();
        const heard = listen(world.transport, { ...download, url: world.hangingUrl });
        const beganMs = world.clock.elapsed();
        world.clock.after(50, () => heard.run.cancel());

        await world.until(() => heard.last !== null);

        expect(heard.reports).toEqual(cancelled);
        expect(world.clock.elapsed() - beganMs).toBeLessThan(30_000);
      });

      it('while waiting for the response ends without one', async () => {
        // The upload's body never arrives whole, so no response comes.
        const world = await open({ faults: [stallAfter(10)] });
        world.files.write('/files/s', whole('/s', 4_000_000));
        const job = { ...upload, url: `${world.origin}/u`, files: [file('/files/s', 4_000_000)] };
        const heard = listen(world.transport, job);
        world.clock.after(200, () => heard.run.cancel());

        await world.until(() => heard.last !== null);

        expect(heard.last).toEqual({ type: 'cancelled' });
        expect(heard.reports.some(({ type }) => type === 'responded')).toBe(false);
      });

      it('in the middle of a body leaves exactly the bytes that were reported', async () => {
        const world = await open({ server: { files: { '/a': 500_000 } }, faults: [stallAfter(300_000)] });
        const heard = listen(world.transport, { ...download, url: `${world.origin}/a` });
        await world.until(() => bytesReported(heard) > 0);

        heard.run.cancel();
        heard.run.cancel();
        await world.until(() => heard.last !== null);

        const bytes = bytesReported(heard);
        expect(heard.reports.filter(({ type }) => type === 'cancelled')).toEqual(cancelled);
        expectBytes(world.files.read(target), whole('/a', 500_000).subarray(0, bytes));
      });

      it('while a speed cap holds the body back does not wait for it', async () => {
        const world = await open({ server: { files: { '/a': 10_000_000 } } });
        const heard = listen(world.transport, { ...download, url: `${world.origin}/a`, maxSpeed: 16_384 });
        await world.until(() => bytesReported(heard) > 0);
        const beganMs = world.clock.elapsed();

        heard.run.cancel();
        await world.until(() => heard.last !== null);

        expect(heard.last).toEqual({ type: 'cancelled' });
        expect(bytesReported(heard)).toBe(16_384);
        expect(world.clock.elapsed() - beganMs).toBeLessThan(500);
      });

      it('happens to all exchanges when the transport closes, and to those opened later', async () => {
        const world = await open({ server: { files: { '/a': 500_000 } }, faults: [stallAfter(1_000)] });
        const heard = listen(world.transport, { ...download, url: `${world.origin}/a` });
        await world.until(() => bytesReported(heard) > 0);

        await world.transport.close();
        const late = listen(world.transport, { ...download, url: `${world.origin}/a` });
        await world.until(() => late.last !== null);

        expect(heard.last).toEqual({ type: 'cancelled' });
        expect(late.reports).toEqual(cancelled);
      });
    });

    describe('the disk', () => {
      it('that is full is told as such', async () => {
        const world = await open({ server: { files: { '/a': 500_000 } } });
        world.files.fail(target, 'space', { afterBytes: 100_000 });

        const { last } = await get(world, '/a');

        expect(last).toMatchObject({ type: 'faulted', cause: 'space' });
      });

      it('that fails a write is a fault of its own kind', async () => {
        const world = await open({ server: { files: { '/a': 500_000 } } });
        world.files.fail(target, 'io', { afterBytes: 100_000 });

        expect((await get(world, '/a')).last).toMatchObject({ type: 'faulted', cause: 'other' });
      });

      it('where the target is a directory is not asked for anything', async () => {
        const world = await open({ server: { files: { '/a': 10 } } });

        const { reports } = await get(world, '/a', { target: directory });

        expect(reports).toMatchObject([{ type: 'faulted', cause: 'io' }]);
        expect(world.server.requests).toEqual([]);
      });

      it('where the parent has vanished is a fault', async () => {
        const world = await open({ server: { files: { '/a': 10 } } });

        const { last } = await get(world, '/a', { target: '/gone/target' });

        expect(last).toMatchObject({ type: 'faulted', cause: 'io' });
      });

      it('from where the target vanishes on the way is a fault', async () => {
        const world = await open({ server: { files: { '/a': 10 } } });
        const reports: TransferReport[] = [];
        world.transport.open({ ...download, url: `${world.origin}/a` }, (report) => {
          reports.push(report);
          if (report.type === 'received') world.files.unlink(target);
        });

        await world.until(() => reports.some(({ type }) => type === 'faulted' || type === 'finished'));

        expect(reports.at(-1)).toMatchObject({ type: 'faulted', cause: 'io' });
      });
    });

    describe('an upload', () => {
      it('sends a raw body with its length, and brings the response body', async () => {
        const world = await open();
        world.files.write('/files/s', whole('/s', 300_000));

        const { reports, last } = await put(world, '/u', { files: [file('/files/s', 300_000)] });

        expect(world.server.requests[0]).toMatchObject({ method: 'PUT' });
        expect(world.server.requests[0]?.headers).toMatchObject({
          'content-length': '300000',
          'content-type': 'application/octet-stream',
        });
        expectBytes(world.server.uploads[0]?.files[0]?.bytes, whole('/s', 300_000));
        expect(reports.filter(({ type }) => type === 'received').at(-1)).toEqual({
          type: 'received',
          index: 0,
          bytes: 300_000,
        });
        expect(last).toMatchObject({ type: 'finished', bytes: 300_000 });
        expect(last?.type === 'finished' && new TextDecoder().decode(last.body)).toBe('took 1 files\n');
      });

      it('sends a part of a file, under the configured type', async () => {
        const world = await open();
        world.files.write('/files/s', '0123456789');
        const part = { ...file('/files/s', 10, 3), from: 2, to: 5 };

        const { last } = await put(world, '/u', { files: [part], headers: { 'content-type': 'text/plain' } });

        const sent = world.server.uploads[0]?.files[0];
        expect(sent?.contentType).toBe('text/plain');
        expect(new TextDecoder().decode(sent?.bytes)).toBe('2345');
        expect(last).toMatchObject({ type: 'finished', bytes: 4 });
      });

      it.each(['raw', 'multipart'] as const)('sends an empty file, %s', async (encoding) => {
        const world = await open();
        world.files.write('/files/s', '');

        const { reports, last } = await put(world, '/u', { encoding, files: [file('/files/s', 0)] });

        expect(world.server.uploads[0]?.files[0]?.bytes).toHaveLength(0);
        expect(reports[0]).toEqual({ type: 'received', index: 0, bytes: 0 });
        expect(last).toMatchObject({ type: 'finished', bytes: 0 });
      });

      it('sends form fields before files as multipart, and counts the bytes of files alone', async () => {
        const world = await open();
        world.files.write('/files/s', whole('/s', 200_000));
        world.files.write('/files/t', 'tee');

        const { reports, last } = await put(world, '/u', {
          method: 'POST',
          encoding: 'multipart',
          headers: { 'Content-Type': 'application/json' },
          form: [{ name: 'größe', value: 'zwölf' }],
          files: [file('/files/s', 200_000, 1), file('/files/t', 3, 2)],
        });

        const type = world.server.requests[0]?.headers['content-type'] ?? '';
        expect(type).toMatch(/^multipart\/form-data; boundary=[0-9A-Za-z]{67}$/);
        expect(world.server.uploads).toMatchObject([
          {
            method: 'POST',
            path: '/u',
            form: [{ name: 'größe', value: 'zwölf' }],
            files: [
              { name: 'f1', filename: 'name1.bin', contentType: 'bin' },
              { name: 'f2', filename: 'name2.bin', contentType: 'bin' },
            ],
          },
        ]);
        const [first, second] = world.server.uploads[0]?.files ?? [];
        expectBytes(first?.bytes, whole('/s', 200_000));
        expectBytes(second?.bytes, new TextEncoder().encode('tee'));
        const received = reports.filter(({ type }) => type === 'received');
        expect(received).toContainEqual({ type: 'received', index: 1, bytes: 200_000 });
        expect(received.at(-1)).toEqual({ type: 'received', index: 2, bytes: 3 });
        expect(last).toMatchObject({ type: 'finished', bytes: 3 });
      });

      it('draws a new boundary for each request', async () => {
        const world = await open();
        world.files.write('/files/s', 'x');
        const job = { encoding: 'multipart', files: [file('/files/s', 1)] } as const;

        await put(world, '/u', job);
        await put(world, '/u', job);

        const types = world.server.requests.map(({ headers }) => headers['content-type']);
        expect(new Set(types).size).toBe(2);
      });

      it('of a file that is shorter than announced, or gone, is a fault of the file', async () => {
        const world = await open();
        world.files.write('/files/s', 'short');

        const shorter = await put(world, '/u', { files: [file('/files/s', 6)] });
        const gone = await put(world, '/u', { files: [file('/files/none', 6)] });

        expect(shorter.last).toMatchObject({ type: 'faulted', cause: 'io' });
        expect(gone.last).toMatchObject({ type: 'faulted', cause: 'io' });
        expect(world.server.uploads).toEqual([]);
      });
    });

    describe('a speed cap', () => {
      const capped = async (world: TransportWorld, heard: Heard) => {
        const beganMs = world.clock.elapsed();
        await world.until(() => heard.last !== null);
        expect(heard.last?.type).toBe('finished');
        return world.clock.elapsed() - beganMs;
      };

      it('holds a download to its rate', async () => {
        const world = await open({ server: { files: { '/a': 40_000 } } });
        const job = { ...download, url: `${world.origin}/a`, maxSpeed: 16_384 };

        const tookMs = await capped(world, listen(world.transport, job));

        expect(tookMs).toBeGreaterThan(1_900);
        expect(tookMs).toBeLessThan(3_000);
      });

      it('holds an upload to its rate', async () => {
        const world = await open();
        world.files.write('/files/s', whole('/s', 80_000));
        const job = { ...upload, url: `${world.origin}/u`, maxSpeed: 32_768, files: [file('/files/s', 80_000)] };

        const tookMs = await capped(world, listen(world.transport, job));

        expect(tookMs).toBeGreaterThan(1_900);
        expect(tookMs).toBeLessThan(3_000);
      });

      it('can be lifted on the way', async () => {
        const world = await open({ server: { files: { '/a': 4_000_000 } } });
        const heard = listen(world.transport, { ...download, url: `${world.origin}/a`, maxSpeed: 16_384 });
        await world.until(() => bytesReported(heard) > 0);

        heard.run.setSpeed(0);

        expect(await capped(world, heard)).toBeLessThan(2_000);
      });
    });

    it('carries 100 exchanges at once', async () => {
      const names = Array.from({ length: 100 }, (_, n) => `/${n}`);
      const files = Object.fromEntries(names.map((path, n) => [path, 10_000 + n]));
      const world = await open({ server: { files } });

      const all = names.map((path) =>
        listen(world.transport, { ...download, url: `${world.origin}${path}`, target: `${directory}${path}` }),
      );
      await world.until(() => all.every(({ last }) => last !== null));

      expect(all.map(({ last }) => last?.type)).toEqual(names.map(() => 'finished'));
      for (const [n, path] of names.entries()) {
        expectBytes(world.files.read(`${directory}${path}`), whole(path, 10_000 + n));
      }
    });
  });
}
