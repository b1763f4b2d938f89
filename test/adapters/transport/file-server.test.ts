import { describe, expect, it } from 'vitest';
import { generateContent } from '../../../src/adapters/transport/content.ts';
import { cutAfter } from '../../../src/sim/faults.ts';
import { openSimulated } from '../../support/simulated-world.ts';
import { expectBytes, file, get, put, target } from '../../support/transport-world.ts';

describe('a simulated file server', () => {
  it('has content that depends on path and seed alone', () => {
    const [first, same, other] = [
      generateContent('/a', 70_000),
      generateContent('/a', 70_000),
      generateContent('/a', 70_000, 1),
    ];

    expectBytes(first.bytesAt(65_000, 5_000), same.bytesAt(0, 70_000).subarray(65_000));
    expect(first.bytesAt(0, 100)).not.toEqual(other.bytesAt(0, 100));
    expect(first.bytesAt(1_000, 100)).not.toEqual(first.bytesAt(0, 100));
  });

  it('gives back what was put there', async () => {
    const world = openSimulated();
    world.files.write('/files/s', 'kept');
    await put(world, '/kept', { files: [file('/files/s', 4)] });

    await get(world, '/kept');

    expect(new TextDecoder().decode(world.files.read(target))).toBe('kept');
  });

  it('answers a path with the statuses it is told, in order', async () => {
    const world = openSimulated({ server: { files: { '/a': 1 }, answers: { '/a': [408, 503] } } });

    const ends = [await get(world, '/a'), await get(world, '/a'), await get(world, '/a')].map(({ last }) => last);

    expect(ends).toMatchObject([{ status: 408 }, { status: 503 }, { type: 'finished' }]);
  });

  it('with a changing etag starts every resumed download anew', async () => {
    const world = openSimulated({ server: { files: { '/a': 1_000 }, etag: 'changing' }, faults: [cutAfter(400)] });
    const [responded] = (await get(world, '/a')).reports;
    const etag = responded?.type === 'responded' ? responded.headers.get('etag')?.[0] : undefined;

    const { reports } = await get(world, '/a', { validator: etag ?? null });

    expect(reports[0]).toMatchObject({ status: 200, body: { offset: 0, size: 1_000 } });
  });

  it('resumes by the date of the last change when it has no etag', async () => {
    const lastModified = 'Fri, 14 Jun 2024 12:00:00 GMT';
    const world = openSimulated({
      server: { files: { '/a': 1_000 }, etag: 'none', lastModified },
      faults: [cutAfter(400)],
    });
    await get(world, '/a');

    const { reports } = await get(world, '/a', { validator: lastModified });

    expect(reports[0]).toMatchObject({ status: 206, body: { offset: 400, size: 1_000 } });
  });
});
