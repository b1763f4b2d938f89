import { describe, expect, it } from 'vitest';
import { cutAfter } from '../../src/sim/faults.ts';
import {
  bytesReported,
  directory,
  download,
  expectBytes,
  file,
  finish,
  get,
  put,
  type TransportWorld,
  target,
  type WorldOptions,
  whole,
} from '../support/transport-world.ts';

/** What a server, or the way to it, can answer. */
export function answerContract(open: (options?: WorldOptions) => Promise<TransportWorld>): void {
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
      expect(world.server.requests.map(({ from }) => from)).toEqual([0, 1_234_567]);
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
}
