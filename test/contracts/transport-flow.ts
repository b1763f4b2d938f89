import { describe, expect, it } from 'vitest';
import { stallAfter } from '../../src/sim/faults.ts';
import {
  bytesReported,
  directory,
  download,
  expectBytes,
  file,
  type Heard,
  listen,
  put,
  type TransportWorld,
  target,
  upload,
  type WorldOptions,
  whole,
} from '../support/transport-world.ts';

/** What goes up, how fast, and how it is broken off. */
export function flowContract(open: (options?: WorldOptions) => Promise<TransportWorld>): void {
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
}
