import { describe, expect, it } from 'vitest';
import { generateContent } from '../../src/adapters/transport/content.ts';
import type { TransferReport } from '../../src/ports/transport.ts';
import { answer } from '../../src/sim/faults.ts';
import {
  directory,
  download,
  expectBytes,
  get,
  listen,
  type TransportWorld,
  target,
  type WorldOptions,
  whole,
} from '../support/transport-world.ts';

/** What comes down: requests, ranges, lengths, and the disk they go to. */
export function downloadContract(open: (options?: WorldOptions) => Promise<TransportWorld>): void {
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
}
