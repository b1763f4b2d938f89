import { createWorld } from 'longshore/sim';

const files = { '/a': 100_000 };

/** What an app does; the world may end before it does. */
async function play(world) {
  const task = await world.create({ url: 'http://files.example/a', saveas: '/data/a' });
  await task.start();
  await world.run(5_000);
  await task.pause();
  await task.resume();
  await world.run(60_000);
}

const calm = createWorld({ files, wire: { bytesPerSecond: 10_000 } });
await play(calm);
const ends = {};
for (let commit = 1; commit <= calm.store.commits; commit++) {
  for (const at of ['before', 'during', 'after']) {
    const world = createWorld({ files, wire: { bytesPerSecond: 10_000 }, syncFiles: true });
    world.powerCut({ at, commit });
    await play(world).catch((error) => {
      if (!world.isDown) throw error;
    });
    world.restart();
    await world.run(60_000);
    const [task] = world.engine.tasks();
    const end = task === undefined ? 'no task' : `state ${task.progress.state}, ${world.disk.usedBytes} bytes`;
    ends[end] = (ends[end] ?? 0) + 1;
  }
}
console.log(ends);
