import { expect, it } from 'vitest';
import { createWorld, cutAfter } from '../../src/sim/index.ts';

it('resumes from the last byte on disk after a broken connection', async () => {
  const world = createWorld({ seed: 7, files: { '/a': 1_000 }, faults: [cutAfter(700, 'other', { times: 1 })] });
  const task = world.download('/a');

  await world.run(60_000);

  expect(task.state).toBe('completed');
  expect(world.requests('/a')).toEqual([{ from: 0 }, { from: 700 }]);
  expect(world.disk.read('/data/a')).toEqual(world.server.contentAt('/a')?.bytesAt(0, 1_000));
});
